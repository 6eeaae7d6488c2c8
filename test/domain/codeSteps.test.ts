import { describe, expect, it } from '@jest/globals';
import {
  beginWithCode,
  stepEnrolledCode,
  type CodeEvent,
} from '../../src/domain/flows/codeSteps.ts';
import type { EnrolledCodeState } from '../../src/domain/flows/flow.ts';
import { NOW, OLD } from './machineSamples.ts';

/** Whether the card holds the newest message for failed, after these events. */
function hasFailedAfter(...events: readonly CodeEvent[]): boolean {
  const start = { mobile: OLD, enrollmentId: 'e', expiresAt: NOW };
  let state: EnrolledCodeState = beginWithCode(start, NOW);
  for (const event of events) {
    const next = stepEnrolledCode(state, event, NOW);
    if (next.step !== 'code' && next.step !== 'sendingCode') throw new Error(next.step);
    state = next;
  }
  return state.step === 'code' && state.hasFailed === true;
}

const SENT = { type: 'codeSent', draw: 1 } as const;
const UNCERTAIN = { type: 'codeUncertain', draw: 1 } as const;
const NOT_SENT = { type: 'codeNotSent', draw: 1, reason: 'smsUnavailable' } as const;
const FAILED = { type: 'smsFailed', reason: 'smsNumberRefused' } as const;
const MALFORMED = { type: 'codeMalformed' } as const;
const REFUSED = { type: 'codeRefused', attemptsLeft: 3 } as const;
const TOO_SOON = { type: 'resendRefused', problem: { reason: 'tooManyCodes' } } as const;
const AGAIN = { type: 'resendAsked', expiresAt: NOW } as const;

describe('a code message', () => {
  it('that was taken has not failed, whatever is typed', () => {
    expect(hasFailedAfter(SENT)).toBe(false);
    expect(hasFailedAfter(SENT, MALFORMED, REFUSED, TOO_SOON)).toBe(false);
  });

  it.each([
    ['a report', [SENT, FAILED]],
    ['a lost answer', [UNCERTAIN]],
  ])('that failed by %s stays failed, whatever is typed', (_name, failed) => {
    for (const next of [MALFORMED, REFUSED, TOO_SOON]) {
      expect(hasFailedAfter(...failed, next)).toBe(true);
    }
  });

  it('that is taken puts an end to that, one that is not leaves it as it was', () => {
    expect(hasFailedAfter(SENT, FAILED, AGAIN, SENT)).toBe(false);
    expect(hasFailedAfter(SENT, FAILED, AGAIN, NOT_SENT, MALFORMED)).toBe(true);
    expect(hasFailedAfter(SENT, AGAIN, NOT_SENT, MALFORMED)).toBe(false);
  });
});
