import { describe, expect, it } from '@jest/globals';
import { stepEnrollment } from '../../src/domain/enrollment.ts';
import type { Flow } from '../../src/domain/flow.ts';
import { isEnded } from '../../src/domain/steps.ts';
import { stepReset, type ResetEvent } from '../../src/domain/reset.ts';
import { stepUnlock } from '../../src/domain/unlock.ts';
import {
  ENROLLMENT_EVENTS,
  ENROLLMENT_STATES,
  NEW,
  NOW,
  OLD,
  RESET_EVENTS,
  RESET_STATES,
  RULES,
  UNLOCK_EVENTS,
  UNLOCK_STATES,
} from './machineSamples.ts';

interface Transition {
  readonly from: string;
  readonly on: string;
  readonly to: string;
  readonly command: string | undefined;
}

/** Every state with every event, as what it leads to. */
function table<S extends Flow['state'], E extends { readonly type: string }>(
  states: readonly S[],
  events: readonly E[],
  step: (state: S, event: E, now: number) => { state: S; command?: { type: string } },
): Transition[] {
  return states.flatMap((state) =>
    events.map((event) => {
      const next = step(state, event, NOW);
      const isChanged = next.state !== state;
      const to = isChanged ? next.state.step : 'unchanged';
      return { from: state.step, on: event.type, to, command: next.command?.type };
    }),
  );
}

const enrollment = table(ENROLLMENT_STATES, ENROLLMENT_EVENTS, stepEnrollment);
const reset = table(RESET_STATES, RESET_EVENTS, stepReset);
const unlock = table(UNLOCK_STATES, UNLOCK_EVENTS, stepUnlock);

const commandsOf = (transitions: Transition[], command: string): string[] =>
  transitions.filter((row) => row.command === command).map(({ from, on }) => `${from} ${on}`);

describe('every machine', () => {
  it.each([
    ['enrollment', enrollment],
    ['reset', reset],
    ['unlock', unlock],
  ])('%s never leaves an ended state', (_name, transitions) => {
    const ended = ['done', 'refused', 'cancelled', 'superseded', 'expired'];
    const left = transitions.filter(({ from, to }) => ended.includes(from) && to !== 'unchanged');
    expect(left).toEqual([]);
    expect(transitions.filter(({ from }) => ended.includes(from)).length).toBeGreaterThan(50);
  });

  it.each([
    ['enrollment', enrollment],
    ['reset', reset],
    ['unlock', unlock],
  ])('%s is ended by each ending event from each open state', (_name, transitions) => {
    const endings = ['refused', 'cancelled', 'superseded', 'expired'];
    const open = transitions.filter(
      ({ from, on }) => endings.includes(on) && ![...endings, 'done'].includes(from),
    );
    expect(open.every(({ on, to }) => on === to)).toBe(true);
    expect(open.length).toBeGreaterThan(10);
  });

  it('knows of each sample state whether it is ended', () => {
    const states = [...ENROLLMENT_STATES, ...RESET_STATES, ...UNLOCK_STATES];
    const open = states.filter((state) => !isEnded(state)).map(({ step }) => step);
    expect(new Set(open)).toEqual(
      new Set([
        'currentPassword',
        'provingPassword',
        'mobile',
        'sendingCode',
        'oldCode',
        'code',
        'newPassword',
        'writingPassword',
        'unknown',
        'unlocking',
      ]),
    );
  });
});

describe('reset', () => {
  it('writes a password from no state but the one that waits for it', () => {
    expect(commandsOf(reset, 'writePassword')).toEqual(['newPassword writeStarted']);
  });

  it('sends a code only when a new one is asked for', () => {
    expect(commandsOf(reset, 'sendCode')).toEqual(['code resendAsked']);
  });

  it('reaches the new password only by an accepted code or from a write that was not done', () => {
    const ways = reset
      .filter(({ to }) => to === 'newPassword')
      .map(({ from, on }) => `${from} ${on}`);
    expect(ways).toEqual([
      'code codeAccepted',
      'newPassword passwordTypedInChat',
      'newPassword passwordRefused',
      'writingPassword passwordRefused',
      'writingPassword writeNotDone',
      'unknown writeNotDone',
    ]);
  });

  it('is done only by a verified write', () => {
    const ways = reset.filter(({ to }) => to === 'done').map(({ from, on }) => `${from} ${on}`);
    expect(ways).toEqual([
      'newPassword passwordInForce',
      'writingPassword passwordWritten',
      'unknown passwordWritten',
    ]);
  });

  it('keeps in the end that its outcome was unknown', () => {
    const lost = { step: 'unknown', since: NOW, rules: RULES } as const;
    const ended = (event: ResetEvent) => stepReset(lost, event, NOW).state;
    expect(ended({ type: 'passwordWritten' })).toEqual({ step: 'done', wasUnknown: true });
    expect(ended({ type: 'superseded' })).toEqual({ step: 'superseded', wasUnknown: true });
    const writing = { step: 'writingPassword', since: NOW, rules: RULES } as const;
    expect(stepReset(writing, { type: 'passwordWritten' }, NOW).state).toEqual({ step: 'done' });
  });

  it('learns from who sent a write how late it can come, where others took it for lost', () => {
    const lost = { step: 'unknown', since: NOW - 5_000, rules: RULES } as const;
    const known = { server: 'ldaps://dc1', openUntil: NOW + 25_000 };
    const told = stepReset(lost, { type: 'outcomeUnknown', ...known }, NOW).state;
    expect(told).toEqual({ ...lost, ...known });
    expect(stepReset(told, { type: 'outcomeUnknown' }, NOW).state).toBe(told);
  });

  it('ends when its first code is refused, and waits on with the former code when a later one is', () => {
    const [first, again] = RESET_STATES;
    const event = { type: 'codeNotSent', turn: 9, reason: 'smsUnavailable' } as const;
    if (first === undefined || again === undefined) throw new Error('samples are missing');
    expect(stepReset(first, event, NOW).state).toEqual({
      step: 'refused',
      problem: { reason: 'smsUnavailable' },
    });
    expect(stepReset(again, event, NOW).state).toMatchObject({
      step: 'code',
      firstTurn: 1,
      expiresAt: NOW + 100,
      problem: { reason: 'smsUnavailable' },
    });
  });

  it('takes the 31st input that is no code as too many', () => {
    const at = (malformed: number) =>
      stepReset(
        { step: 'code', mobile: OLD, enrollmentId: 'e', expiresAt: NOW, malformed, firstTurn: 1 },
        { type: 'codeMalformed' },
        NOW,
      ).state;
    expect(at(29)).toMatchObject({ malformed: 30, problem: { reason: 'codeRefused' } });
    expect(at(30)).toMatchObject({ malformed: 31, problem: { reason: 'tooManyCodes' } });
  });

  it('names the first of several faults and keeps the rest', () => {
    const { state } = stepReset(
      { step: 'newPassword', rules: RULES },
      { type: 'passwordRefused', reasons: ['passwordTooShort', 'passwordTooCommon'] },
      NOW,
    );
    expect(state).toMatchObject({
      problem: { reason: 'passwordTooShort', all: ['passwordTooShort', 'passwordTooCommon'] },
    });
  });
});

describe('enrollment', () => {
  it('asks the directory only for a proof that has been counted', () => {
    expect(commandsOf(enrollment, 'provePassword')).toEqual(['currentPassword proofStarted']);
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
    ) => stepEnrollment(from, { type: 'mobileChosen', mobile, expiresAt: NOW }, NOW).command;
    expect(choose(state, NEW)).toEqual({ type: 'sendCode', to: 'old', mobile: OLD });
    expect(choose(state, OLD)).toEqual({ type: 'sendCode', to: 'new', mobile: OLD });
    expect(choose({ ...state, isOldProven: true }, NEW)).toEqual({
      type: 'sendCode',
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
    const { command } = stepEnrollment(
      state,
      { type: 'mobileChosen', mobile: NEW, expiresAt: NOW },
      NOW,
    );
    expect(command).toEqual({ type: 'sendCode', to: 'new', mobile: NEW });
  });

  it('goes back to the number, old code remembered, when the new number is refused', () => {
    const [, , , , toNew] = ENROLLMENT_STATES;
    if (toNew?.step !== 'sendingCode') throw new Error('samples are missing');
    const event = { type: 'codeNotSent', turn: 9, reason: 'smsNumberRefused' } as const;
    const { state } = stepEnrollment({ ...toNew, isOldProven: true }, event, NOW);
    expect(state).toMatchObject({
      step: 'mobile',
      isOldProven: true,
      problem: { reason: 'smsNumberRefused' },
    });
  });
});

describe('a code to the old number', () => {
  it('that cannot reach it is told as that number, not as the one that was typed', () => {
    const [, , , toOld] = ENROLLMENT_STATES;
    if (toOld?.step !== 'sendingCode') throw new Error('samples are missing');
    const problemAfter = (reason: 'smsNumberRefused' | 'smsUnavailable') => {
      const { state } = stepEnrollment(toOld, { type: 'codeNotSent', turn: 9, reason }, NOW);
      return state.step === 'mobile' ? state.problem : undefined;
    };
    expect(problemAfter('smsNumberRefused')).toEqual({
      reason: 'smsNumberRefused',
      isEnrolledNumber: true,
    });
    expect(problemAfter('smsUnavailable')).toEqual({ reason: 'smsUnavailable' });
  });
});

describe('unlock', () => {
  it('asks the directory only after an accepted code, and again only after a failure', () => {
    expect(commandsOf(unlock, 'unlock')).toEqual(['code codeAccepted', 'unlocking unlockAsked']);
  });
});
