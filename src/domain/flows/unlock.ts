import { stepEnrolledCode, type CodeEvent } from './codeSteps.ts';
import type { UnlockState } from './flow.ts';
import { MOST_WRITES_IN_VAIN, stoppedBy, isEnded, type StoppingEvent } from './lifetime.ts';
import type { Reason, Shut } from '../reasons.ts';

export type UnlockEvent =
  | CodeEvent
  | { readonly type: 'codeAccepted' }
  /** The manager taps again after the directory failed. */
  | { readonly type: 'unlockAsked' }
  | {
      readonly type: 'unlocked';
      readonly shut?: Shut | undefined;
      readonly usableFrom?: number | undefined;
    }
  | { readonly type: 'notUnlocked'; readonly reason: Reason }
  | StoppingEvent;

/** The next state of an unlock. Total: an event that does not fit the state changes nothing. */
export function stepUnlock(state: UnlockState, event: UnlockEvent, now: number): UnlockState {
  switch (event.type) {
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return isEnded(state) ? state : stoppedBy(event);

    case 'codeSent':
    case 'codeUncertain':
    case 'codeNotSent':
    case 'resendAsked':
    case 'resendRefused':
    case 'codeMalformed':
    case 'codeRefused':
    case 'smsFailed':
      if (state.step !== 'sendingCode' && state.step !== 'code') return state;
      return stepEnrolledCode(state, event, now);
    case 'codeAccepted':
      if (state.step !== 'code') return state;
      return { step: 'unlocking', since: now, mobile: state.mobile };
    case 'unlockAsked':
      if (state.step !== 'unlocking' || state.problem === undefined) return state;
      return { step: 'unlocking', since: now, mobile: state.mobile, failures: state.failures };
    case 'unlocked':
      if (state.step !== 'unlocking') return state;
      return { step: 'done', shut: event.shut, usableFrom: event.usableFrom };
    case 'notUnlocked': {
      if (state.step !== 'unlocking') return state;
      const failures = (state.failures ?? 0) + 1;
      if (failures < MOST_WRITES_IN_VAIN) {
        return { ...state, failures, problem: { reason: event.reason } };
      }
      return stoppedBy({ type: 'refused', problem: { reason: 'temporarilyUnavailable' } });
    }
  }
}
