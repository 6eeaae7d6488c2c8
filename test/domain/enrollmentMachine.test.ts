import { describe, expect, it } from '@jest/globals';
import { stepEnrollment } from '../../src/domain/flows/enrollment.ts';
import type { EnrollmentState } from '../../src/domain/flows/flow.ts';
import { ENROLLMENT_STATES, NEW, NOW, OLD } from './machineSamples.ts';
import { beginningsOf, enrollment } from './machineTables.ts';

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

describe('a code card that a manager let in by the service desk went back from', () => {
  const shown = ENROLLMENT_STATES.find(({ step }) => step === 'code')!;
  const vouched = { ...shown, vouch: { checkId: 'c', agentName: 'Dag' } } as EnrollmentState;
  const leave = (state: EnrollmentState) =>
    stepEnrollment(state, { type: 'mobileChangeAsked' }, NOW);

  it('is there again, as it was', () => {
    expect(stepEnrollment(leave(vouched), { type: 'heldCodeAsked' }, NOW)).toEqual(vouched);
    // Where any number may be typed each choice asks for a code.
    expect(stepEnrollment(leave(shown), { type: 'heldCodeAsked' }, NOW)).toEqual(leave(shown));
  });

  it('knows that its message has failed meanwhile', () => {
    const failure = { type: 'smsFailed', reason: 'smsUnavailable' } as const;
    const failed = stepEnrollment(leave(vouched), failure, NOW);
    expect(failed.step).toBe('mobile');
    const again = stepEnrollment(failed, { type: 'heldCodeAsked' }, NOW);
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
