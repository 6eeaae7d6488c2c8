import type { Secret } from '../../domain/secret.ts';

/** One-time codes. */
export interface PasscodeQueries {
  /** Replaces the flow's code; only a keyed hash is kept. */
  setPasscode(passcode: {
    readonly flowId: string;
    readonly code: Secret;
    readonly expiresAt: number;
  }): Promise<void>;
  /** Puts back the code that the last `setPasscode` replaced: the new one was never sent. Without a former one the flow has none. */
  restorePasscode(flowId: string): Promise<void>;
  /**
   * Compares in constant time. `match` uses the code up. `repeated`: the same code was already
   * compared for the same draw (a double tap). `noMatch`: wrong, expired, used, or none.
   */
  tryPasscode(guess: {
    readonly flowId: string;
    readonly draw: number;
    readonly code: Secret;
    /** The flow's own word on how long its code is good; the stored code's counts beside it. */
    readonly expiresAt?: number;
  }): Promise<'match' | 'noMatch' | 'repeated'>;
  removePasscode(flowId: string): Promise<void>;
}
