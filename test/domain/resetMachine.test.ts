import { describe, expect, it } from '@jest/globals';
import type { ResetState } from '../../src/domain/flows/flow.ts';
import { isOutcomeOpen, stepReset, type ResetEvent } from '../../src/domain/flows/reset.ts';
import { NOW, OLD, RESET_STATES, RULES } from './machineSamples.ts';
import { beginningsOf, reset } from './machineTables.ts';

describe('reset', () => {
  it('writes a password from no state but the one that waits for it', () => {
    expect(new Set(beginningsOf(reset, 'writingPassword'))).toEqual(
      new Set(['newPassword writeStarted']),
    );
  });

  it('sends a code only when a new one is asked for', () => {
    expect(beginningsOf(reset, 'sendingCode')).toEqual(['code resendAsked']);
  });

  it('reaches the new password only by an accepted code or from a write that was not done', () => {
    const ways = reset
      .filter(({ from, to }) => to === 'newPassword' && from !== to)
      .map(({ from, on }) => `${from} ${on}`);
    expect(new Set(ways)).toEqual(
      new Set([
        'code codeAccepted',
        'writingPassword passwordRefused',
        'writingPassword writeNotDone',
        'unknown writeNotDone',
      ]),
    );
  });

  it('is done only by a verified write', () => {
    const ways = reset
      .filter(({ from, to }) => to === 'done' && from !== to)
      .map(({ from, on }) => `${from} ${on}`);
    expect(new Set(ways)).toEqual(
      new Set([
        'newPassword passwordInForce',
        'newPassword passwordWritten',
        'writingPassword passwordWritten',
        'unknown passwordWritten',
      ]),
    );
  });

  it('keeps in the end what it sent and nobody was told of', () => {
    const sent = [{ digest: 'first' }, { digest: 'next' }];
    const lost = { step: 'unknown', since: NOW, rules: RULES, sent } as const;
    const ended = (event: ResetEvent) => stepReset(lost, event, NOW);
    const recorded = [{ digest: 'first' }, { digest: 'next', isRecorded: true, version: 'v1' }];
    const written = { type: 'passwordWritten', digest: 'next', version: 'v1' } as const;
    expect(ended(written)).toMatchObject({ step: 'done', sent: recorded });
    expect(ended({ type: 'superseded' })).toMatchObject({ step: 'superseded', sent });
    expect(stepReset({ step: 'superseded', sent }, written, NOW)).toEqual({
      step: 'superseded',
      sent: recorded,
    });
    const writing = { step: 'writingPassword', since: NOW, rules: RULES, sent } as const;
    expect(stepReset(writing, written, NOW)).toEqual({
      step: 'done',
      changedAt: NOW,
      sent: [sent[0]],
    });
    // The answer of an earlier write is not the awaited one.
    expect(
      stepReset(writing, { type: 'passwordWritten', digest: 'first', version: 'v1' }, NOW),
    ).toMatchObject({
      step: 'writingPassword',
      sent: [{ isRecorded: true }, { digest: 'next' }],
    });
    const plain = { ...writing, sent: [sent[1]!] };
    expect(stepReset(plain, written, NOW)).toEqual({ step: 'done', changedAt: NOW });
  });

  it('knows in the end when a password was sent whose answer was lost, and of one in force already not', () => {
    const sent = [
      { digest: 'first', sentAt: NOW - 2 },
      { digest: 'next', sentAt: NOW - 1 },
    ];
    const lost = { step: 'unknown', since: NOW, rules: RULES, sent } as const;
    const written = { type: 'passwordWritten', digest: 'next', version: 'v1' } as const;
    expect(stepReset(lost, written, NOW)).toMatchObject({ step: 'done', changedAt: NOW - 1 });
    const asked = { step: 'newPassword', rules: RULES } as const;
    expect(stepReset(asked, { type: 'passwordInForce' }, NOW)).toEqual({ step: 'done' });
  });

  it('leaves an outcome open where its manager goes on, and to nobody once it is settled', () => {
    const sent = [{ digest: 'lost' }];
    const lost = { step: 'unknown', since: NOW, rules: RULES, sent } as const;
    const isOpenAfter = (...events: ResetEvent[]) => {
      const step = (state: ResetState, event: ResetEvent) => stepReset(state, event, NOW + 1);
      const search = { since: NOW, digest: 'lost' };
      return isOutcomeOpen(events.reduce<ResetState>(step, lost), search);
    };
    const notDone = { type: 'writeNotDone', reason: 'directoryUnavailable' } as const;
    const written = { type: 'passwordWritten', digest: 'lost', version: 'v1' } as const;
    expect(isOpenAfter()).toBe(true);
    expect(isOpenAfter({ type: 'superseded' })).toBe(true);
    expect(isOpenAfter({ type: 'superseded' }, written)).toBe(false);
    expect(isOpenAfter(written)).toBe(false);
    expect(isOpenAfter(notDone)).toBe(false);
    expect(isOpenAfter(notDone, { type: 'cancelled' })).toBe(false);
    expect(isOpenAfter(notDone, { type: 'lateChangeSeen' })).toBe(false);
    expect(isOpenAfter({ type: 'searchEnded' })).toBe(false);
  });

  it('forgets a password that the directory refused, and none whose answer was lost', () => {
    const sent = [{ digest: 'lost' }, { digest: 'refused' }];
    const writing = { step: 'writingPassword', since: NOW, rules: RULES, sent } as const;
    const refused = { type: 'passwordRefused', reasons: ['passwordUsedBefore'] } as const;
    for (const event of [refused, { type: 'lateChangeSeen' } as const]) {
      expect(stepReset(writing, event, NOW)).toMatchObject({ sent: [{ digest: 'lost' }] });
    }
    const unknown = stepReset(writing, { type: 'outcomeUnknown' }, NOW);
    const again = stepReset(unknown, { type: 'writeNotDone', reason: 'directoryUnavailable' }, NOW);
    expect(again).toMatchObject({ step: 'newPassword', sent });
  });

  it('counts what the directory refuses or does not do, also past a write whose answer was lost', () => {
    const refused = { type: 'passwordRefused', reasons: ['passwordRefusedByDirectory'] } as const;
    const write = { type: 'writeStarted', digest: 'd' } as const;
    const lost = { type: 'outcomeUnknown' } as const;
    const notDone = { type: 'writeNotDone', reason: 'directoryUnavailable' } as const;
    const typed: readonly ResetEvent[] = [
      ...Array.from({ length: 5 }, () => [write, refused]).flat(),
      ...[write, lost, notDone],
      { type: 'passwordRefused', reasons: ['passwordTooShort'] },
      { type: 'passwordTypedInChat' },
      ...Array.from({ length: 3 }, () => [write, refused]).flat(),
    ];
    const after = (state: ResetState, events: readonly ResetEvent[]) =>
      events.reduce((before, event) => stepReset(before, event, NOW), state);
    const ninth = after({ step: 'newPassword', rules: RULES }, typed);
    expect(ninth).toMatchObject({ step: 'newPassword', refusals: 9, sent: [{ digest: 'd' }] });
    // The search for the lost write goes on.
    expect(after(ninth, [write, refused])).toMatchObject({
      step: 'refused',
      problem: { isOutOfTries: true },
      sent: [{ digest: 'd' }],
    });
    // A write that the directory does not do is as dear as one that it refuses, and no fault of the password.
    expect(after(ninth, [write, notDone])).toEqual({
      step: 'refused',
      problem: { reason: 'temporarilyUnavailable' },
      sent: [{ digest: 'd', sentAt: NOW }],
    });
  });

  it('learns from who sent a write how late it can come, where others took it for lost', () => {
    const lost = { step: 'unknown', since: NOW - 5_000, rules: RULES } as const;
    const known = { server: 'ldaps://dc1', openUntil: NOW + 25_000 };
    const told = stepReset(lost, { type: 'outcomeUnknown', ...known }, NOW);
    expect(told).toEqual({ ...lost, ...known });
    expect(stepReset(told, { type: 'outcomeUnknown' }, NOW)).toBe(told);
  });

  it('ends when its first code is refused, and waits on with the former code when a later one is', () => {
    const [first, again] = RESET_STATES;
    const event = { type: 'codeNotSent', draw: 9, reason: 'smsUnavailable' } as const;
    if (first === undefined || again === undefined) throw new Error('samples are missing');
    expect(stepReset(first, event, NOW)).toEqual({
      step: 'refused',
      problem: { reason: 'smsUnavailable' },
    });
    expect(stepReset(again, event, NOW)).toMatchObject({
      step: 'code',
      firstDraw: 1,
      expiresAt: NOW + 100,
      problem: { reason: 'smsUnavailable' },
    });
  });

  it('takes the 31st input that is no code as too many', () => {
    const at = (malformed: number) =>
      stepReset(
        { step: 'code', mobile: OLD, enrollmentId: 'e', expiresAt: NOW, malformed, firstDraw: 1 },
        { type: 'codeMalformed' },
        NOW,
      );
    expect(at(29)).toMatchObject({ malformed: 30, problem: { reason: 'codeRefused' } });
    expect(at(30)).toMatchObject({ malformed: 31, problem: { reason: 'tooManyCodes' } });
  });

  it('names the first of several faults and keeps the rest', () => {
    const state = stepReset(
      { step: 'newPassword', rules: RULES },
      { type: 'passwordRefused', reasons: ['passwordTooShort', 'passwordTooCommon'] },
      NOW,
    );
    expect(state).toMatchObject({
      problem: { reason: 'passwordTooShort', all: ['passwordTooShort', 'passwordTooCommon'] },
    });
  });
});
