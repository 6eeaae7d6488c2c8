import type { Problem } from '../reasons.ts';

/** How a flow ended before it was done, common to all purposes. */
export type StoppedState =
  | { readonly step: 'refused'; readonly problem: Problem }
  | { readonly step: 'cancelled' }
  /** Another purpose was started on the same account. */
  | { readonly step: 'superseded' }
  | { readonly step: 'expired' };

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
