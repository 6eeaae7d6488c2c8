import { describe, expect, it } from '@jest/globals';
import { createSwedishHolidays } from '../../src/adapters/swedishHolidays.ts';
import { createCalendar } from '../../src/domain/rotation/calendar.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { nextReminder } from '../../src/domain/rotation/rotation.ts';
import type { Rotation } from '../../src/domain/rotation/rotation.ts';

const DAYS = [14, 7, 1, 0];
const calendar = createCalendar({
  hours: { weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 16 },
  timeZone: 'Europe/Stockholm',
  isHoliday: createSwedishHolidays(),
});
const at = (text: string): number => Date.parse(text);
/** Due on a Wednesday. */
const rotation: Rotation = {
  dueAt: at('2027-02-10T12:00:00Z'),
  periodMs: 90 * DAY_MS,
  isEnforced: false,
};

function next(from: string, reminded?: number): string {
  const found = nextReminder(rotation, { from: at(from), reminded }, DAYS, calendar);
  return found === undefined
    ? 'none'
    : `${new Date(found.at).toISOString()} ${String(found.stage)}`;
}

describe('the next reminder', () => {
  it.each([
    ['2026-11-20T09:00:00Z', undefined, '2027-01-27T07:00:00.000Z 14'],
    ['2027-01-27T09:00:00Z', undefined, '2027-01-27T09:00:00.000Z 14'],
    ['2027-01-27T09:00:00Z', 14, '2027-02-03T07:00:00.000Z 7'],
    ['2027-02-03T05:00:00Z', 14, '2027-02-03T07:00:00.000Z 7'],
    ['2027-02-03T18:00:00Z', 7, '2027-02-09T07:00:00.000Z 1'],
    ['2027-02-10T09:00:00Z', 0, '2027-02-17T07:00:00.000Z -7'],
    // A Saturday: Friday's unsent reminders are sent on Monday.
    ['2027-02-06T09:00:00Z', undefined, '2027-02-08T07:00:00.000Z 7'],
    ['2027-05-01T09:00:00Z', -70, '2027-05-03T06:00:00.000Z -77'],
  ])('from %s after stage %s is %s', (from, reminded, expected) => {
    expect(next(from, reminded)).toBe(expected);
  });

  it('is none for a password that is reminded of no more within the next weeks', () => {
    const far = { ...rotation, dueAt: rotation.dueAt + 90 * DAY_MS };
    expect(
      nextReminder(far, { from: at('2027-05-11T09:00:00Z'), reminded: -7_000 }, DAYS, calendar),
    ).toBeUndefined();
  });
});
