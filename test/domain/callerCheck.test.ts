import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  busyUntil,
  confirmedUntil,
  drawNumbers,
  isOutOfReach,
  isVouchedAfter,
  PICK_MS,
  stepCaller,
  vouchedUntil,
  withDenials,
  type CallerCheck,
  type CallerEvent,
  type CallerState,
} from '../../src/domain/desk/callerCheck.ts';
import { lookUpsSpentUntil } from '../../src/domain/desk/deskLook.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';

const NOW = 1_790_000_000_000;
const WAITING = {
  step: 'waiting',
  numbers: [47, 82, 35],
  right: 82,
  expiresAt: NOW + PICK_MS,
} satisfies CallerState;
const CONFIRMED: CallerState = { step: 'confirmed', until: NOW + 15 * MINUTE_MS };
const STATES: readonly CallerState[] = [
  WAITING,
  CONFIRMED,
  { step: 'vouched', until: NOW + MINUTE_MS, vouchedUntil: NOW + MINUTE_MS },
  { step: 'denied', reason: 'denied' },
  { step: 'notReached' },
  { step: 'expired' },
];

describe('a question to a manager who calls', () => {
  it.each([
    [{ type: 'picked', number: 82 }, CONFIRMED],
    [
      { type: 'picked', number: 47 },
      { step: 'denied', reason: 'wrongNumber' },
    ],
    [
      { type: 'picked', number: undefined },
      { step: 'denied', reason: 'wrongNumber' },
    ],
    [{ type: 'denied' }, { step: 'denied', reason: 'denied' }],
    [{ type: 'notReached' }, { step: 'notReached' }],
    [{ type: 'timePassed' }, WAITING],
    [{ type: 'vouched' }, WAITING],
    [{ type: 'vouchEnded' }, WAITING],
  ] as const)('that waits takes %j to its end', (event: CallerEvent, state: CallerState) => {
    expect(stepCaller(WAITING, event, NOW)).toEqual(state);
  });

  it('is answered once, and in time', () => {
    const late = WAITING.expiresAt + 1;
    for (const type of ['picked', 'timePassed'] as const) {
      const event = type === 'picked' ? ({ type, number: 82 } as const) : ({ type } as const);
      expect(stepCaller(WAITING, event, late)).toEqual({ step: 'expired' });
    }
    // Until the card says that the time is over.
    expect(stepCaller(WAITING, { type: 'denied' }, late)).toEqual({
      step: 'denied',
      reason: 'denied',
    });
    for (const state of STATES.slice(1)) {
      for (const type of ['denied', 'notReached', 'timePassed'] as const) {
        expect(stepCaller(state, { type }, late)).toBe(state);
      }
      expect(stepCaller(state, { type: 'picked', number: 82 }, NOW)).toBe(state);
    }
  });

  it('is vouched for while it is confirmed, for a quarter of an hour', () => {
    const vouched = stepCaller(CONFIRMED, { type: 'vouched' }, NOW + MINUTE_MS);
    expect(vouchedUntil(vouched, NOW)).toBe(NOW + 16 * MINUTE_MS);
    expect(vouchedUntil(vouched, NOW + 16 * MINUTE_MS + 1)).toBeUndefined();
    expect(confirmedUntil(vouched, NOW)).toBe(NOW + 15 * MINUTE_MS);
    expect(stepCaller(vouched, { type: 'vouchEnded' }, NOW)).toEqual(CONFIRMED);
    expect(stepCaller(CONFIRMED, { type: 'vouched' }, NOW + 15 * MINUTE_MS + 1)).toBe(CONFIRMED);
  });
});

describe('an agent’s word for a manager', () => {
  const vouched = stepCaller(CONFIRMED, { type: 'vouched' }, NOW);

  it('counts no more after a revoke of that moment or later', () => {
    expect(isVouchedAfter(vouched, NOW - 1)).toBe(true);
    expect(isVouchedAfter(vouched, NOW)).toBe(false);
    expect(isVouchedAfter(CONFIRMED, NOW - 1)).toBe(false);
  });

  it('and a confirmation count no more after a later denial', () => {
    const checks = ([CONFIRMED, STATES[3], vouched, CONFIRMED, WAITING] as const).map(
      (state) => ({ state }) as CallerCheck,
    );
    const steps = withDenials(checks, NOW).map(({ state }) => state.step);
    expect(steps).toEqual(['confirmed', 'denied', 'expired', 'expired', 'waiting']);
  });
});

describe('the numbers of a question', () => {
  it('are three of two digits, with no ten and no unit twice', () => {
    const drawn = Array.from({ length: 2_000 }, () => drawNumbers((max) => randomInt(max)));
    const tens = (number: number) => Math.floor(number / 10);
    const units = (number: number) => number % 10;
    const areGood = (numbers: readonly number[]) =>
      numbers.length === 3 &&
      [tens, units].every((part) => new Set(numbers.map(part)).size === numbers.length);
    expect(drawn.filter((numbers) => !areGood(numbers))).toEqual([]);
    const seen = new Set(drawn.flat());
    expect(seen.size).toBe(8 * 9);
    expect(Math.min(...seen)).toBe(21);
    expect(Math.max(...seen)).toBe(99);
  });
});

describe('the limits of the desk', () => {
  it('are one question at a time and five an hour to a manager; one that came to nobody is none', () => {
    const asked = (minutesAgo: number, state: CallerState) => ({
      askedAt: NOW - minutesAgo * MINUTE_MS,
      state,
    });
    const denied = STATES[3]!;
    expect(busyUntil([], NOW)).toBeUndefined();
    expect(busyUntil([asked(0, WAITING)], NOW)).toBe(WAITING.expiresAt);
    expect(busyUntil([asked(3, { ...WAITING, expiresAt: NOW - 1 })], NOW)).toBeUndefined();
    const four = [1, 2, 3, 50].map((minutes) => asked(minutes, denied));
    expect(busyUntil(four, NOW)).toBeUndefined();
    expect(busyUntil([...four, asked(40, { step: 'notReached' })], NOW)).toBeUndefined();
    expect(busyUntil([...four, asked(61, denied)], NOW)).toBeUndefined();
    expect(busyUntil([...four, asked(40, denied)], NOW)).toBe(NOW + 10 * MINUTE_MS);
  });

  it('are five questions in ten minutes that came to nobody', () => {
    const tried = (minutes: number, state: CallerState = { step: 'notReached' }) => ({
      askedAt: NOW - minutes * MINUTE_MS,
      state,
    });
    const four = [1, 2, 3, 4].map((minutes) => tried(minutes));
    expect(isOutOfReach([...four, tried(9)], NOW)).toBe(true);
    expect(isOutOfReach([...four, tried(10)], NOW)).toBe(false);
    expect(isOutOfReach([...four, tried(5, { step: 'expired' })], NOW)).toBe(false);
  });

  it('are sixty look-ups an hour to an agent', () => {
    const times = Array.from({ length: 60 }, (_, n) => NOW - n * 1_000);
    expect(lookUpsSpentUntil(times.slice(1))).toBeUndefined();
    expect(lookUpsSpentUntil(times)).toBe(NOW - 59_000 + HOUR_MS);
  });
});
