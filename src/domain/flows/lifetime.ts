import type { Problem } from '../reasons.ts';
import type { StoppedState, Flow } from './flow.ts';

/** How long a flow may take from its first card to its last, ms (requirement A11). */
export const FLOW_LIFETIME_MS = 15 * 60_000;

/** An operation without a report for this long counts as lost, ms. No port call lasts as long. */
export const OPERATION_LOST_MS = 15_000;

/**
 * Writes of one flow that the directory may refuse, or not do: each costs it some operations, and a reset's audit
 * rows. The next flow needs another code message, and those have a budget.
 */
export const MOST_WRITES_IN_VAIN = 10;

/** Events that stop any open flow. */
export type StoppingEvent =
  | { readonly type: 'refused'; readonly problem: Problem }
  | { readonly type: 'cancelled' }
  | { readonly type: 'superseded' }
  | { readonly type: 'expired' };

/** The state that a stopping event leads to. */
export function stoppedBy(event: StoppingEvent): StoppedState {
  return event.type === 'refused'
    ? { step: 'refused', problem: event.problem }
    : { step: event.type };
}

const STOPS: ReadonlySet<string> = new Set<StoppedState['step']>([
  'refused',
  'cancelled',
  'superseded',
  'expired',
]);

interface AnyState {
  readonly step: string;
}

/** Whether the flow has ended before it was done. */
export function isStopped<S extends AnyState>(state: S): state is S & StoppedState {
  return STOPS.has(state.step);
}

/** Whether the flow has ended. */
export function isEnded(state: AnyState): boolean {
  return state.step === 'done' || isStopped(state);
}

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
