import type { EnrollmentState } from './enrollment.ts';
import type { ManagerKey, Purpose } from './parties.ts';
import type { Problem } from './reasons.ts';
import type { ResetState } from './reset.ts';
import type { UnlockState } from './unlock.ts';

/** How long a flow may take from its first card to its last, ms (requirement A11). */
export const FLOW_LIFETIME_MS = 15 * 60_000;

/** What a card that waits for a code remembers beside the number. The code itself is never here. */
export interface CodeProgress {
  readonly expiresAt: number;
  /** Inputs that could not be a code; limited per flow. */
  readonly malformed: number;
  readonly problem?: Problem | undefined;
}

/** How a flow came to its end, common to all purposes. */
export type EndedState =
  | { readonly step: 'refused'; readonly problem: Problem }
  | { readonly step: 'cancelled' }
  /** Another purpose was started on the same account. */
  | { readonly step: 'superseded' }
  | { readonly step: 'expired' };

/** What every flow knows from its start. */
interface FlowFrame {
  /** 128 random bits or more; the only thing of the flow that a card carries. */
  readonly id: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly accountName: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  /** Absent while the flow is open. */
  readonly endedAt?: number | undefined;
  /** Counts the manager's accepted submissions; a card of an earlier turn is stale. */
  readonly turn: number;
  /** Counts the saves; the guard against lost updates. */
  readonly version: number;
  /** The handle of the button that began the flow: it begins no second one. */
  readonly origin?: string | undefined;
  /** The directory's mark of the password that the flow found; a write needs it unchanged. */
  readonly passwordVersion: string;
  /** The Teams message that shows the flow's card. */
  readonly messageId?: string | undefined;
}

export interface EnrollmentFlow extends FlowFrame {
  readonly purpose: 'enrollment';
  readonly state: EnrollmentState;
}
export interface ResetFlow extends FlowFrame {
  readonly purpose: 'reset';
  readonly state: ResetState;
}
export interface UnlockFlow extends FlowFrame {
  readonly purpose: 'unlock';
  readonly state: UnlockState;
}

/** One walk of one manager through one purpose on one account. Holds no secret. */
export type Flow = EnrollmentFlow | ResetFlow | UnlockFlow;

export type FlowOf<P extends Purpose> = Extract<Flow, { purpose: P }>;
