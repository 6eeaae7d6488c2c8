import { describe, expect, it } from '@jest/globals';
import { isCodeHeld, stepEnrollment } from '../../src/domain/flows/enrollment.ts';
import { ENROLLMENT_STATES, NEW, NOW, OLD } from './machineSamples.ts';
import { beginningsOf, enrollment } from './machineTables.ts';

const OTHER = '+46736666666';

describe('enrollment', () => {
  it('asks the directory only for a proof that has been counted', () => {
    expect(beginningsOf(enrollment, 'provingPassword')).toEqual(['currentPassword proofStarted']);
  });

  it('is done only by the code that went to the number itself', () => {
    const ways = enrollment.filter(({ to }) => to === 'done');
    expect(ways.map(({ from, on }) => `${from} ${on}`)).toEqual(['code codeAccepted']);
  });

  it('asks the enrolled number before it sends to another one', () => {
    const state = {
      step: 'mobile',
      malformed: 0,
      known: { mobile: OLD, isEnrolled: true },
      isOldProven: false,
    } as const;
    const choose = (
      from: typeof state | (Omit<typeof state, 'isOldProven'> & { isOldProven: true }),
      mobile: string,
    ) => stepEnrollment(from, { type: 'mobileChosen', mobile, expiresAt: NOW }, NOW);
    expect(choose(state, NEW)).toMatchObject({ step: 'sendingCode', to: 'old', mobile: OLD });
    expect(choose(state, OLD)).toMatchObject({ step: 'sendingCode', to: 'new', mobile: OLD });
    expect(choose({ ...state, isOldProven: true }, NEW)).toMatchObject({
      step: 'sendingCode',
      to: 'new',
      mobile: NEW,
    });
  });

  it('lets a suggestion from the directory decide nothing', () => {
    const state = {
      step: 'mobile',
      malformed: 0,
      known: { mobile: OLD, isEnrolled: false },
      isOldProven: false,
    } as const;
    const next = stepEnrollment(state, { type: 'mobileChosen', mobile: NEW, expiresAt: NOW }, NOW);
    expect(next).toMatchObject({ step: 'sendingCode', to: 'new', mobile: NEW });
  });

  it('goes back to the number, old code remembered, when the new number is refused', () => {
    const [, , , , toNew] = ENROLLMENT_STATES;
    if (toNew?.step !== 'sendingCode') throw new Error('samples are missing');
    const event = { type: 'codeNotSent', draw: 9, reason: 'smsNumberRefused' } as const;
    const state = stepEnrollment({ ...toNew, isOldProven: true }, event, NOW);
    expect(state).toMatchObject({
      step: 'mobile',
      isOldProven: true,
      problem: { reason: 'smsNumberRefused' },
    });
  });
});

describe('a code card that the manager went back from', () => {
  const leave = (step: 'code' | 'oldCode') => {
    const waiting = ENROLLMENT_STATES.find((state) => state.step === step)!;
    return stepEnrollment(waiting, { type: 'mobileChangeAsked' }, NOW);
  };

  it('is there again, as it was, where its number is chosen again', () => {
    for (const step of ['code', 'oldCode'] as const) {
      const left = leave(step);
      const again = stepEnrollment(left, { type: 'heldMobileChosen', mobile: NEW }, NOW);
      expect(again).toEqual(ENROLLMENT_STATES.find((state) => state.step === step));
    }
  });

  it('holds for the number that its code went to, as long as the code', () => {
    const left = leave('code');
    if (left.step !== 'mobile') throw new Error('not left');
    const proven = { ...left, isOldProven: true };
    expect(isCodeHeld(proven, NEW, NOW + 300_000)).toBe(true);
    expect(isCodeHeld(proven, NEW, NOW + 300_001)).toBe(false);
    expect(isCodeHeld(proven, OLD, NOW)).toBe(false);
    // The old number would be asked first.
    expect(isCodeHeld(left, NEW, NOW)).toBe(false);
    const leftOld = leave('oldCode');
    if (leftOld.step !== 'mobile') throw new Error('not left');
    expect(isCodeHeld(leftOld, OTHER, NOW)).toBe(true);
    expect(isCodeHeld(leftOld, OLD, NOW)).toBe(false);
  });

  it('knows that its message has failed meanwhile', () => {
    const failed = stepEnrollment(
      leave('code'),
      { type: 'smsFailed', reason: 'smsUnavailable' },
      NOW,
    );
    expect(failed.step).toBe('mobile');
    const again = stepEnrollment(failed, { type: 'heldMobileChosen', mobile: NEW }, NOW);
    expect(again).toMatchObject({ step: 'code', problem: { reason: 'smsUnavailable' } });
  });
});

describe('a code to the old number', () => {
  it('that cannot reach it is told as that number, not as the one that was typed', () => {
    const [, , , toOld] = ENROLLMENT_STATES;
    if (toOld?.step !== 'sendingCode') throw new Error('samples are missing');
    const problemAfter = (reason: 'smsNumberRefused' | 'smsUnavailable') => {
      const state = stepEnrollment(toOld, { type: 'codeNotSent', draw: 9, reason }, NOW);
      return state.step === 'mobile' ? state.problem : undefined;
    };
    expect(problemAfter('smsNumberRefused')).toEqual({
      reason: 'smsNumberRefused',
      isEnrolledNumber: true,
    });
    expect(problemAfter('smsUnavailable')).toEqual({ reason: 'smsUnavailable' });
  });
});
