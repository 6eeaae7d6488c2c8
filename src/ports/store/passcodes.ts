import type { PasscodeTo } from '../../domain/flows/passcode.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ManagerKey } from '../../domain/parties.ts';

/** One-time codes. */
export interface PasscodeQueries {
  /** Replaces the flow's code; only a keyed hash is kept. */
  setPasscode(
    passcode: PasscodeTo & { readonly code: Secret; readonly expiresAt: number },
  ): Promise<void>;
  /** Puts back the code that the last `setPasscode` replaced: the new one was never sent. Without a former one the flow has none. */
  restorePasscode(flowId: string): Promise<void>;
  /**
   * Compares in constant time. `match` uses the code up. `repeated`: the same code was already
   * compared for the same draw (a double tap). `noMatch`: wrong, expired, used, or none.
   */
  tryPasscode(
    guess: PasscodeTo & {
      readonly draw: number;
      readonly code: Secret;
      /** The flow's own word on how long its code is good; the stored code's counts beside it. */
      readonly expiresAt?: number;
    },
  ): Promise<'match' | 'noMatch' | 'repeated'>;
  removePasscode(flowId: string): Promise<void>;
}

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
  /** Times of failures on the account since `since`, newest first. */
  failureTimes(query: {
    readonly kind: FailureKind;
    readonly accountId: string;
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
