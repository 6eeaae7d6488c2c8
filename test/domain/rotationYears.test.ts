import { describe, expect, it } from '@jest/globals';
import { createSwedishHolidays } from '../../src/adapters/swedishHolidays.ts';
import { createCalendar } from '../../src/domain/rotation/calendar.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/durations.ts';
import { stageAt } from '../../src/domain/rotation/rotation.ts';

const REMINDER_DAYS = [14, 7, 1, 0];
const isHoliday = createSwedishHolidays();
const OFFICE = { weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 16 };
const timeZone = 'Europe/Stockholm';
const calendar = createCalendar({ hours: OFFICE, timeZone, isHoliday });
const at = (text: string): number => Date.parse(text);

describe('hourly sweeps over ten years', () => {
  const START = at('2026-01-01T00:00:00Z');
  const END = at('2036-01-01T00:00:00Z');
  const hours: number[] = [];
  for (let now = START; now < END; now += HOUR_MS) hours.push(now);
  const sending = hours.filter((now) => calendar.isSending(now));
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });

  it('meet eight sending hours on every working day and none on the others', () => {
    const perDay = new Map<string, number>();
    for (const now of sending) {
      const date = local.format(now);
      perDay.set(date, (perDay.get(date) ?? 0) + 1);
    }
    expect(new Set(perDay.values())).toEqual(new Set([8]));
    for (const date of perDay.keys()) {
      expect([0, 6]).not.toContain(new Date(date).getUTCDay());
      expect(isHoliday(date)).toBe(false);
    }
    const working = hours
      .filter((now) => new Date(now).getUTCHours() === 12)
      .map((now) => local.format(now))
      .filter((date) => ![0, 6].includes(new Date(date).getUTCDay()) && !isHoliday(date));
    expect(perDay.size).toBe(working.length);
  });

  it('send each stage at most once, in order, the first in time, whenever the password was set', () => {
    // An odd number of minutes, so that due dates fall on all hours and days.
    for (let due = START + 120 * DAY_MS; due < END - 40 * DAY_MS; due += 47_777 * 60_000) {
      const rotation = { dueAt: due, periodMs: 90 * DAY_MS, isEnforced: false };
      const sent: { stage: number; now: number }[] = [];
      const around = sending.filter((now) => now > due - 20 * DAY_MS && now < due + 30 * DAY_MS);
      for (const now of around) {
        const stage = stageAt(rotation, now, REMINDER_DAYS, calendar);
        if (stage === undefined) continue;
        if (!sent.some((before) => before.stage === stage)) sent.push({ stage, now });
      }
      const stages = sent.map(({ stage }) => stage);
      expect(stages).toEqual([...stages].sort((a, b) => b - a));
      expect(stages).toEqual(expect.arrayContaining([14, 7, -7, -14, -21]));
      // Four days of rest in a row is the most that a Swedish year has: Easter.
      expect(calendar.daysBetween(sent[0]!.now, due)).toBeGreaterThanOrEqual(10);
      for (const { stage, now } of sent) {
        const early = calendar.daysBetween(now, due) - stage;
        expect(early).toBeLessThanOrEqual(0);
        expect(early).toBeGreaterThanOrEqual(-6);
      }
    }
  });
});
