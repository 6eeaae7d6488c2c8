/** How much is measured. */
export interface Extent {
  /** Windows of the floor and of the product each. */
  readonly windows: number;
  readonly windowSeconds: number;
  /** Whole flows for the memory, and the time after which fewer must do. */
  readonly flows: number;
  readonly memorySeconds: number;
  /** Accounts in the sweep's directory. */
  readonly accounts: number;
  /** Whole resets in a window. */
  readonly resets: number;
}

export const FULL: Extent = {
  windows: 7,
  windowSeconds: 3,
  flows: 10_000,
  memorySeconds: 150,
  accounts: 100_000,
  resets: 20,
};
export const QUICK: Extent = {
  windows: 5,
  windowSeconds: 0.5,
  flows: 800,
  memorySeconds: 15,
  accounts: 5_000,
  resets: 4,
};
