import { describe, expect, it } from '@jest/globals';
import { createSwedishHolidays } from '../../src/adapters/swedishHolidays.ts';
import { createCalendar } from '../../src/domain/rotation/calendar.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/durations.ts';
import { rotationOf, shutOf, stageAt } from '../../src/domain/rotation/rotation.ts';
import type { Rotation } from '../../src/domain/rotation/rotation.ts';

const REMINDER_DAYS = [14, 7, 1, 0];
const isHoliday = createSwedishHolidays();
const OFFICE = { weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 16 };
const timeZone = 'Europe/Stockholm';
const calendar = createCalendar({ hours: OFFICE, timeZone, isHoliday });
const at = (text: string): number => Date.parse(text);

function dueAt(text: string, periodDays = 90): Rotation {
  return { dueAt: at(text), periodMs: periodDays * DAY_MS, isEnforced: false };
}

describe('a password', () => {
  it('lets nobody in once it has expired, or must be changed', () => {
    const now = at('2026-11-23T12:00:00Z');
    expect(shutOf({}, now)).toBeUndefined();
    expect(shutOf({ passwordExpiresAt: now + 1, mustChange: false }, now)).toBeUndefined();
    expect(shutOf({ passwordExpiresAt: now, mustChange: false }, now)).toBe('expired');
    expect(shutOf({ passwordExpiresAt: now, mustChange: true }, now)).toBe('mustChange');
  });
});

describe('the due date', () => {
  const NOW = at('2026-11-23T12:00:00Z');
  const setAt = NOW - 10 * DAY_MS;

  it('is what the directory says', () => {
    const passwordExpiresAt = setAt + 42 * DAY_MS;
    expect(rotationOf({ passwordSetAt: setAt, passwordExpiresAt }, undefined, NOW)).toEqual({
      setAt,
      dueAt: passwordExpiresAt,
      periodMs: 42 * DAY_MS,
      isEnforced: true,
    });
  });

  it('is 90 days on where nobody says anything, and the configured age where one is set', () => {
    const dueOf = (days?: number) => rotationOf({ passwordSetAt: setAt }, days, NOW);
    expect(dueOf()).toMatchObject({ dueAt: setAt + 90 * DAY_MS, isEnforced: false });
    expect(dueOf(30)).toMatchObject({ dueAt: setAt + 30 * DAY_MS, isEnforced: false });
  });

  it('is the configured age or the directory’s expiry, whichever comes first', () => {
    const passwordExpiresAt = setAt + 60 * DAY_MS;
    const dueOf = (days: number) =>
      rotationOf({ passwordSetAt: setAt, passwordExpiresAt }, days, NOW);
    expect(dueOf(30)).toMatchObject({ dueAt: setAt + 30 * DAY_MS });
    expect(dueOf(180)).toMatchObject({ dueAt: passwordExpiresAt, periodMs: 60 * DAY_MS });
  });

  it('is known by the expiry alone', () => {
    const passwordExpiresAt = NOW + DAY_MS;
    expect(rotationOf({ passwordExpiresAt }, undefined, NOW)).toMatchObject({
      dueAt: passwordExpiresAt,
      isEnforced: true,
    });
  });

  it('is not made up from dates that cannot be', () => {
    expect(rotationOf({}, 90, NOW)).toBe('dateUnknown');
    expect(rotationOf({ passwordSetAt: at('1999-12-31T00:00:00Z') }, 90, NOW)).toBe(
      'dateImplausible',
    );
    expect(rotationOf({ passwordExpiresAt: at('1601-01-02T00:00:00Z') }, 90, NOW)).toBe(
      'dateImplausible',
    );
    expect(rotationOf({ passwordSetAt: NOW + HOUR_MS }, 90, NOW)).toBe('dateImplausible');
    expect(rotationOf({ passwordSetAt: NOW + 1_000 }, 90, NOW)).toMatchObject({
      isEnforced: false,
    });
  });
});

describe('the stage', () => {
  const stage = (now: string, rotation = dueAt('2026-12-15T09:00:00Z')) =>
    stageAt(rotation, at(now), REMINDER_DAYS, calendar);

  it.each([
    ['2026-11-30T22:59:00Z', undefined],
    ['2026-11-30T23:00:00Z', 14],
    ['2026-12-07T22:59:00Z', 14],
    ['2026-12-08T10:00:00Z', 7],
    ['2026-12-13T10:00:00Z', 7],
    ['2026-12-14T10:00:00Z', 1],
    ['2026-12-14T23:00:00Z', 0],
    ['2026-12-15T22:00:00Z', 0],
    ['2026-12-21T12:00:00Z', 0],
    ['2026-12-22T12:00:00Z', -7],
    ['2026-12-28T12:00:00Z', -7],
    ['2026-12-29T12:00:00Z', -14],
    ['2027-12-14T12:00:00Z', -364],
  ])('at %s is %p', (now, expected) => {
    expect(stage(now)).toBe(expected);
  });

  it('is never one that lies before the password was set', () => {
    const weekly = dueAt('2026-12-15T09:00:00Z', 7);
    expect(stage('2026-12-08T10:00:00Z', weekly)).toBeUndefined();
    expect(stage('2026-12-14T10:00:00Z', weekly)).toBe(1);
  });

  it('begins fourteen midnights ahead, also where a clock is changed on the way', () => {
    const wrong: { readonly now: number; readonly due: number }[] = [];
    const changes = ['2026-10-20T00:00:00Z', '2027-03-20T00:00:00Z', '2026-12-01T00:00:00Z'];
    for (const [start, hour] of changes.flatMap((start) =>
      Array.from({ length: 48 }, (_, hour) => [at(start), hour] as const),
    )) {
      const now = start + hour * HOUR_MS;
      for (let hours = 13 * 24; hours <= 16 * 24; hours += 1) {
        const due = now + hours * HOUR_MS;
        const rotation = { dueAt: due, periodMs: 90 * DAY_MS, isEnforced: false };
        const stage = calendar.daysBetween(now, due) <= 14 ? 14 : undefined;
        if (stageAt(rotation, now, REMINDER_DAYS, calendar) !== stage) wrong.push({ now, due });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('counts the weeks where nobody is reminded before', () => {
    const now = at('2026-12-16T12:00:00Z');
    const overdue = dueAt('2026-12-08T12:00:00Z');
    expect(stageAt(overdue, now, [], calendar)).toBe(-7);
    expect(stageAt(dueAt('2026-12-17T12:00:00Z'), now, [], calendar)).toBeUndefined();
  });
});

describe('the sending hours', () => {
  it.each([
    ['Friday morning', '2026-11-20T07:00:00Z', true],
    ['before eight', '2026-11-20T06:59:59Z', false],
    ['until four', '2026-11-20T14:59:59Z', true],
    ['at four', '2026-11-20T15:00:00Z', false],
    ['on a Saturday', '2026-11-21T10:00:00Z', false],
    ['in summer time', '2026-07-01T06:00:00Z', true],
    ['on Good Friday', '2026-04-03T10:00:00Z', false],
    ['on Ascension Day', '2027-05-06T10:00:00Z', false],
    ['on the National Day', '2028-06-06T10:00:00Z', false],
    ['on the day after Epiphany', '2027-01-07T10:00:00Z', true],
    ['on Epiphany', '2027-01-06T10:00:00Z', false],
  ])('%s (%s): %p', (_, when, expected) => {
    expect(calendar.isSending(at(when))).toBe(expected);
  });

  it('begin again on the next day that is none of rest', () => {
    const next = (when: string) => new Date(calendar.nextSendingDay(at(when))).toISOString();
    expect(next('2026-11-23T10:00:00Z')).toBe('2026-11-24T07:00:00.000Z');
    expect(next('2026-11-20T10:00:00Z')).toBe('2026-11-23T07:00:00.000Z');
    // Over Easter and the change to summer time.
    expect(next('2027-03-25T10:00:00Z')).toBe('2027-03-30T06:00:00.000Z');
    // Over the change to winter time.
    expect(next('2026-10-23T10:00:00Z')).toBe('2026-10-26T07:00:00.000Z');
  });

  it('find the hour that a change of the clocks skips or repeats', () => {
    const night = { weekdays: [1, 2, 3, 4, 5, 6, 7], fromHour: 2, toHour: 3 };
    const nightly = createCalendar({ hours: night, timeZone, isHoliday });
    const next = (when: string) => new Date(nightly.nextSendingDay(at(when))).toISOString();
    expect(next('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    expect(next('2026-10-24T12:00:00Z')).toBe('2026-10-25T00:00:00.000Z');
  });

  it('may be all the time', () => {
    const hours = { weekdays: [1, 2, 3, 4, 5, 6, 7], fromHour: 0, toHour: 24 };
    const always = createCalendar({ hours, timeZone, isHoliday });
    expect(always.isSending(at('2026-12-25T23:30:00Z'))).toBe(true);
  });

  it('ask for a holiday only where it changes something', () => {
    const asked: string[] = [];
    const noting = (date: string): boolean => {
      asked.push(date);
      return isHoliday(date);
    };
    const office = createCalendar({ hours: OFFICE, timeZone, isHoliday: noting });
    expect(office.isSending(at('2026-11-29T12:00:00Z'))).toBe(false);
    const hours = { weekdays: [1, 2, 3, 4, 5, 6, 7], fromHour: 0, toHour: 24 };
    const always = createCalendar({ hours, timeZone, isHoliday: noting });
    expect(always.isSending(at('2026-12-25T12:00:00Z'))).toBe(true);
    expect(asked).toEqual([]);
    expect(office.isSending(at('2026-12-25T12:00:00Z'))).toBe(false);
    expect(asked).toEqual(['2026-12-25']);
  });

  it('names the Monday of a week', () => {
    expect(calendar.weekOf(at('2026-11-22T22:30:00Z'))).toBe('2026-11-16');
    expect(calendar.weekOf(at('2026-11-22T23:30:00Z'))).toBe('2026-11-23');
    expect(calendar.weekOf(at('2027-01-01T10:00:00Z'))).toBe('2026-12-28');
  });
});
