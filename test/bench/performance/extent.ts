/** The extent of a measurement. */
export interface Extent {
  /** Windows of the floor and of the product each. */
  readonly windows: number;
  /** Windows of tapping: short ones in turn, so that floor and product have the same neighbours. */
  readonly tapWindows: number;
  /** Managers who tap at once, each on a connection. */
  readonly connections: number;
  readonly windowSeconds: number;
  readonly warmUpSeconds: number;
  /** Whole flows for the memory, before its two readings, and the time after which fewer are enough. */
  readonly firstFlows: number;
  readonly flows: number;
  readonly memorySeconds: number;
  /** Accounts in the sweep's directory, and how often it is swept. */
  readonly accounts: number;
  readonly sweeps: number;
  /** Whole resets in a window. */
  readonly resets: number;
  /** At once, at most. */
  readonly managers: number;
  readonly storedFlows: number;
  /** Managers who set their passwords at the same moment. */
  readonly crowd: number;
  /** How often they do so before the measuring: V8 compiles what runs often. */
  readonly crowdWarmUps: number;
  /** A large domain. */
  readonly domain: { readonly users: number; readonly groups: number };
}

export const FULL: Extent = {
  windows: 5,
  tapWindows: 13,
  connections: 10,
  windowSeconds: 1,
  warmUpSeconds: 6,
  firstFlows: 500,
  flows: 10_000,
  memorySeconds: 110,
  accounts: 100_000,
  sweeps: 5,
  resets: 20,
  managers: 100,
  storedFlows: 100_000,
  crowd: 50,
  crowdWarmUps: 10,
  domain: { users: 20_000, groups: 5_000 },
};
export const QUICK: Extent = {
  windows: 3,
  tapWindows: 4,
  connections: 10,
  windowSeconds: 0.5,
  warmUpSeconds: 1,
  firstFlows: 60,
  flows: 120,
  memorySeconds: 5,
  accounts: 5_000,
  sweeps: 2,
  resets: 4,
  managers: 12,
  storedFlows: 10_000,
  crowd: 50,
  crowdWarmUps: 2,
  domain: { users: 2_000, groups: 500 },
};
/** The least with which a row still runs: its figures mean nothing. */
export const TINY: Extent = {
  windows: 1,
  tapWindows: 1,
  connections: 2,
  windowSeconds: 0.1,
  warmUpSeconds: 0.1,
  firstFlows: 4,
  flows: 8,
  memorySeconds: 1,
  accounts: 2_000,
  sweeps: 1,
  resets: 1,
  managers: 2,
  storedFlows: 100,
  crowd: 4,
  crowdWarmUps: 0,
  domain: { users: 20, groups: 5 },
};
