import type { EnrollmentState } from './enrollment.ts';
import type { ManagerKey } from '../parties.ts';
import type { ResetState } from './resetState.ts';
import type { UnlockState } from './unlock.ts';

/** How long a flow may take from its first card to its last, ms (requirement A11). */
export const FLOW_LIFETIME_MS = 15 * 60_000;

/** An operation without a report for this long counts as lost, ms. No port call lasts as long. */
export const OPERATION_LOST_MS = 15_000;

/** Fields that every flow has from its start. */
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
  /** Counts the manager's accepted submissions; a card of an earlier draw is stale. */
  readonly draw: number;
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

/** Whether the flow's fifteen minutes are over. */
export function isTimeOver({ expiresAt }: Pick<Flow, 'expiresAt'>, now: number): boolean {
  return now > expiresAt;
}

/** The same, save that a flow whose outcome is unknown waits for it as long as it takes. */
export function isPast(flow: Flow, now: number): boolean {
  return flow.state.step !== 'unknown' && isTimeOver(flow, now);
}

/** Whether a bind may be under way that the directory has not counted yet. */
export function hasBindUnderWay(state: Flow['state'], now: number): boolean {
  const provingSince = state.step === 'provingPassword' ? state.since : undefined;
  const since = 'bindSince' in state ? state.bindSince : provingSince;
  return since !== undefined && now - since < OPERATION_LOST_MS;
}

/** When the operation under way began; undefined where none is. */
export function operationSince(state: Flow['state']): number | undefined {
  switch (state.step) {
    case 'provingPassword':
    case 'sendingCode':
    case 'writingPassword':
      return state.since;
    case 'unlocking':
      return state.problem === undefined ? state.since : undefined;
    case 'currentPassword':
    case 'mobile':
    case 'oldCode':
    case 'code':
    case 'newPassword':
    case 'unknown':
    case 'done':
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return undefined;
  }
}
