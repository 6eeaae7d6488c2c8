import { stepEnrollment } from '../../src/domain/flows/enrollment.ts';
import type { Flow } from '../../src/domain/flows/flow.ts';
import { operationSince } from '../../src/domain/flows/lifetime.ts';
import { stepReset } from '../../src/domain/flows/reset.ts';
import { stepUnlock } from '../../src/domain/flows/unlock.ts';
import {
  ENROLLMENT_EVENTS,
  ENROLLMENT_STATES,
  NOW,
  RESET_EVENTS,
  RESET_STATES,
  UNLOCK_EVENTS,
  UNLOCK_STATES,
} from './machineSamples.ts';

interface Transition {
  readonly from: string;
  readonly on: string;
  readonly to: string;
  /** Whether an operation outside is under way from this event on. */
  readonly isBeginning: boolean;
}

/** Every state with every event, and the state that follows. */
function table<S extends Flow['state'], E extends { readonly type: string }>(
  states: readonly S[],
  events: readonly E[],
  step: (state: S, event: E, now: number) => S,
): Transition[] {
  return states.flatMap((state) =>
    events.map((event) => {
      const now = NOW + 1;
      const next = step(state, event, now);
      const to = next === state ? 'unchanged' : next.step;
      const isBeginning = operationSince(next) === now;
      return { from: state.step, on: event.type, to, isBeginning };
    }),
  );
}

export const enrollment = table(ENROLLMENT_STATES, ENROLLMENT_EVENTS, stepEnrollment);
export const reset = table(RESET_STATES, RESET_EVENTS, stepReset);
export const unlock = table(UNLOCK_STATES, UNLOCK_EVENTS, stepUnlock);

/** The transitions that begin the operation of that step. */
export const beginningsOf = (transitions: Transition[], step: string): string[] =>
  transitions
    .filter(({ to, isBeginning }) => to === step && isBeginning)
    .map(({ from, on }) => `${from} ${on}`);
