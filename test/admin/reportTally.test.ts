import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '../../src/domain/durations.ts';
import { createAuditTally } from '../../src/service/administration/report/auditTally.ts';
import type { AuditLine } from '../../src/service/administration/report/enrolledCurve.ts';

/** Monday. */
const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAYS = 14;
const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const weekOf = (at: number): string => dayOf(at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS);

function line(daysAgo: number, event: string, more: Partial<AuditLine> = {}): AuditLine {
  const at = new Date(NOW - daysAgo * DAY_MS).toISOString();
  return {
    at,
    event,
    actor: 'system',
    account: 'a',
    result: 'ok',
    reason: null,
    flow: null,
    ...more,
  };
}

function tallied(...lines: readonly AuditLine[]) {
  const tally = createAuditTally({
    since: NOW - DAYS * DAY_MS,
    until: NOW,
    dayOf,
    weekOf,
    places: new Map(['a', 'b', 'c', 'd'].map((account, place) => [account, place])),
  });
  for (const one of lines) tally.take(one);
  return tally.end();
}

describe('the report’s tally of the audit', () => {
  it('counts within the period, each event in its week or day', () => {
    const { totals, weeks, days } = tallied(
      line(20, 'unlock.completed'),
      line(13, 'unlock.completed'),
      line(1, 'unlock.completed'),
      line(1, 'code.sent'),
    );
    expect(totals).toMatchObject({ unlocks: 2, codes: 1, resets: 0 });
    expect([...weeks].map(([week, { unlocks }]) => [week, unlocks])).toEqual([
      ['2026-11-09', 1],
      ['2026-11-16', 1],
      ['2026-11-23', 0],
    ]);
    expect(days.size).toBe(DAYS + 1);
    expect(days.get('2026-11-22')).toEqual({ codes: 1, codesRefused: 0, codesUncertain: 0 });
  });

  it('counts a reset once, however its outcome was found', () => {
    const { totals } = tallied(
      line(5, 'reset.unknown', { flow: 'f1', result: 'unknown' }),
      line(5, 'reset.verified', { flow: 'f1' }),
      line(5, 'reset.written', { flow: 'f1' }),
      line(4, 'reset.verified', { flow: 'f2', result: 'refused' }),
      line(3, 'reset.written', { flow: 'f3' }),
    );
    expect(totals).toMatchObject({ resets: 2, unknownOutcomes: 1 });
  });

  it('counts a lost write once where its password was typed again in the next flow', () => {
    const { totals } = tallied(
      line(5, 'reset.unknown', { flow: 'f1', result: 'unknown' }),
      line(4, 'reset.verified', { flow: 'f1' }),
      line(4, 'reset.verified', { flow: 'f2' }),
    );
    expect(totals.resets).toBe(1);
  });

  it('has each day, also where the clocks were set forward in a night between', () => {
    const { format } = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Stockholm' });
    const at = (text: string): number => Date.parse(text);
    const { end } = createAuditTally({
      since: at('2026-03-27T23:30:00+01:00'),
      until: at('2026-03-31T00:30:00+02:00'),
      dayOf: (time) => format(time),
      weekOf,
      places: new Map(),
    });
    expect([...end().days.keys()]).toContain('2026-03-29');
  });

  it('tells how long a reset took after the first reminder of its password', () => {
    const { delays } = tallied(
      line(40, 'reminder.sent'),
      line(33, 'reminder.sent'),
      line(5, 'reset.written', { flow: 'f1' }),
      line(4.5, 'reminder.sent', { account: 'b' }),
      line(4, 'reset.written', { account: 'b', flow: 'f2' }),
      line(3, 'reset.written', { account: 'c', flow: 'f3' }),
      line(2, 'reminder.sent', { account: 'd' }),
      line(2, 'reminder.skipped', { account: 'd', reason: 'changedOutside' }),
      line(1, 'reset.written', { account: 'd', flow: 'f4' }),
    );
    expect(delays).toEqual([1, 0, 0, 0, 0, 1]);
  });

  it('follows how many accounts were enrolled, through number changes and revokes', () => {
    const done = (daysAgo: number, account: string, actor: string) =>
      line(daysAgo, 'enrollment.completed', { account, actor });
    const gone = (daysAgo: number, account: string, reason: string | null) =>
      line(daysAgo, 'enrollment.revoked', { account, reason });
    const { enrolled, totals } = tallied(
      done(30, 'a', 't/1'),
      done(30, 'gone', 't/1'),
      done(10, 'b', 't/1'),
      done(9, 'b', 't/1'),
      done(9, 'b', 't/2'),
      gone(6, 'b', 't/1'),
      gone(4, 'b', 'notResponsible'),
      gone(2, 'a', null),
    );
    const at = (daysAgo: number) => enrolled.get(dayOf(NOW - daysAgo * DAY_MS));
    expect([14, 11, 10, 5, 4, 3, 2, 0].map(at)).toEqual([1, 1, 2, 2, 1, 1, 0, 0]);
    expect(enrolled.size).toBe(DAYS + 1);
    expect(totals.enrollments).toBe(3);
  });

  it('knows denials that are one row, and lockouts from starts that one turns down', () => {
    const { totals } = tallied(
      line(1, 'code.notSent', { result: 'failed', reason: 'smsUnavailable' }),
      line(1, 'code.notSent', { result: 'failed', reason: 'smsUnavailable ×17' }),
      line(1, 'code.notSent', { result: 'unknown', reason: 'smsUnavailable' }),
      line(1, 'code.notSent', { result: 'refused', reason: 'tooManyCodes' }),
      line(1, 'code.locked', { result: 'refused', reason: 'locked', flow: 'f' }),
      line(1, 'code.locked', { result: 'refused', reason: 'locked' }),
    );
    expect(totals).toMatchObject({ codesRefused: 18, codesUncertain: 1, lockouts: 1 });
  });

  it('counts the service desk’s acts by their kind', () => {
    const acts = ['looked', 'callerAsked', 'callerConfirmed', 'callerDenied', 'vouched', 'revoked'];
    const { totals } = tallied(
      ...[...acts, 'lockoutCleared'].map((act) => line(1, `desk.${act}`)),
      line(1 - HOUR_MS / DAY_MS, 'desk.looked'),
    );
    expect(totals).toMatchObject({
      deskLooked: 2,
      deskConfirmed: 1,
      deskDenied: 1,
      deskVouched: 1,
      deskRevoked: 1,
      deskLockoutCleared: 1,
    });
  });
});
