/** The sweeps' records and leases, read. */
export interface SweepReads {
  /** The entries of the account's managers when they were last seen, in order. */
  answering(accountId: string): Promise<string[] | undefined>;
  /** Those of the accounts whose managers were ever seen. */
  answeringKnown(accountIds: readonly string[]): Promise<string[]>;
  /** Those of the accounts that have an enrollment. */
  enrolledAmong(accountIds: readonly string[]): Promise<string[]>;
  /** Accounts that have an enrollment, in order, behind `after`. */
  enrolledAccounts(after: string, limit: number): Promise<string[]>;
  /** The password versions that the last sweep saw, by account. */
  passwordsSeen(accountIds: readonly string[]): Promise<Map<string, string>>;
}

/** The sweeps' records and leases. */
export interface SweepQueries extends SweepReads {
  /**
   * Takes or keeps the lease of that name for `leaseMs`; false while another instance holds the lease, or
   * where the work that it guards was done less than `everyMs` ago.
   */
  takeLease(lease: {
    readonly name: string;
    readonly holder: string;
    readonly leaseMs: number;
    readonly everyMs: number;
  }): Promise<boolean>;
  /** Gives the lease back; `isDone` when the work was done to its end. */
  endLease(lease: {
    readonly name: string;
    readonly holder: string;
    readonly isDone: boolean;
  }): Promise<void>;
  rememberAnswering(accountId: string, entries: readonly string[]): Promise<void>;
  /** Remembers the account's password version. */
  sawPassword(accountId: string, version: string): Promise<void>;
  /** Remembers since when the manager is no longer the account's, and gives that time. */
  noteRelation(enrollmentId: string, isMissing: boolean): Promise<number | undefined>;
  /** Notes that the manager is told of the removal to come; false where they were told of it before. */
  tellRemoval(enrollmentId: string): Promise<boolean>;
}
