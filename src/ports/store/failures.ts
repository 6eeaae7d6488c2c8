import type { ManagerKey } from '../../domain/parties.ts';

/** `code`: a wrong code. `proof`: a wrong current password. */
type FailureKind = 'code' | 'proof';

/** One counted failure. */
export interface Failure {
  readonly kind: FailureKind;
  readonly manager: ManagerKey;
  readonly at: number;
}

/** Failed attempts, read. */
export interface FailureReads {
  /** All failures on the account since `since`, of every kind and manager, newest first. */
  failuresOf(query: { readonly accountId: string; readonly since: number }): Promise<Failure[]>;
  /** Times of failures on the account since `since`, newest first; of one manager or of all. */
  failureTimes(query: {
    readonly kind: FailureKind;
    readonly accountId: string;
    readonly manager?: ManagerKey;
    readonly since: number;
  }): Promise<number[]>;
}

/** Failed attempts. */
export interface FailureQueries extends FailureReads {
  /** Counts a failure now; the id takes it back. */
  addFailure(failure: {
    readonly kind: FailureKind;
    readonly manager: ManagerKey;
    readonly accountId: string;
  }): Promise<string>;
  removeFailure(id: string): Promise<void>;
  /** Forgets the failures of one manager on the account, or of all. */
  clearFailures(query: {
    readonly kind: FailureKind;
    readonly accountId: string;
    readonly manager?: ManagerKey;
  }): Promise<void>;
}
