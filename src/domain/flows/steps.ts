import type { Problem } from '../reasons.ts';

/** How a flow came to its end, common to all purposes. */
export type EndedState =
  | { readonly step: 'refused'; readonly problem: Problem }
  | { readonly step: 'cancelled' }
  /** Another purpose was started on the same account. */
  | { readonly step: 'superseded' }
  | { readonly step: 'expired' };

/** Events that end any open flow. */
export type EndingEvent =
  | { readonly type: 'refused'; readonly problem: Problem }
  | { readonly type: 'cancelled' }
  | { readonly type: 'superseded' }
  | { readonly type: 'expired' };

/** The state that an ending event leads to. */
export function endedBy(event: EndingEvent): EndedState {
  return event.type === 'refused'
    ? { step: 'refused', problem: event.problem }
    : { step: event.type };
}

/** The final steps. */
const LAST_STEPS: ReadonlySet<string> = new Set<EndedState['step'] | 'done'>([
  'done',
  'refused',
  'cancelled',
  'superseded',
  'expired',
]);

/** Whether the flow has ended. */
export function isEnded(state: { readonly step: string }): boolean {
  return LAST_STEPS.has(state.step);
}
