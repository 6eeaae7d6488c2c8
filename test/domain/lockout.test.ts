import { describe, expect, it } from '@jest/globals';
import {
  bindsLeft,
  attemptsLeft,
  lockedUntil,
  proofAllowance,
} from '../../src/domain/flows/lockout.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const T = Date.UTC(2027, 0, 15, 12);
/** Times of failures, given in hours before T, newest first. */
const ago = (...hours: number[]): number[] => hours.map((hour) => T - hour * HOUR);

describe('lockedUntil', () => {
  it('blocks at the last of five failures, for 24 h after it', () => {
    const times = ago(0, 1, 2, 3, 4);
    expect(lockedUntil(times, 5, T)).toBe(T + DAY);
    expect(lockedUntil(times, 5, T + DAY - 1)).toBe(T + DAY);
    expect(lockedUntil(times, 5, T + DAY)).toBeUndefined();
  });

  it('does not block before', () => {
    expect(lockedUntil([], 5, T)).toBeUndefined();
    expect(lockedUntil(ago(0, 1, 2, 3), 5, T)).toBeUndefined();
  });

  it('keeps the block after the older failures have left the window', () => {
    expect(lockedUntil(ago(5, 10, 15, 20, 28), 5, T)).toBe(T + 19 * HOUR);
  });

  it('adds up only what lies within 24 h', () => {
    expect(lockedUntil(ago(0, 1, 2, 3, 24), 5, T)).toBeUndefined();
    expect(lockedUntil(ago(0, 1, 2, 3, 23.99), 5, T)).toBe(T + DAY);
  });

  it('looks at the newest failures only', () => {
    expect(lockedUntil(ago(1, 30, 31, 32, 33, 34), 5, T)).toBeUndefined();
  });

  it('blocks also where the clock was set back after failures, which then lie ahead', () => {
    const ahead = [T + 30 * DAY, ...ago(0, 1, 2, 3)];
    expect(lockedUntil(ahead, 5, T)).toBe(T + DAY);
    expect(lockedUntil(ahead.slice(0, 4), 5, T)).toBeUndefined();
  });
});

describe('attemptsLeft', () => {
  it('counts down to the block and up again as failures age', () => {
    expect(attemptsLeft([], 5, T)).toBe(5);
    expect(attemptsLeft(ago(0, 1, 2), 5, T)).toBe(2);
    expect(attemptsLeft(ago(0, 1, 2, 24), 5, T)).toBe(2);
    expect(attemptsLeft(ago(0, 1, 2, 3, 24), 5, T)).toBe(1);
  });

  it('is none while blocked, even when few failures are younger than a day', () => {
    expect(attemptsLeft(ago(5, 10, 15, 20, 28), 5, T)).toBe(0);
  });
});

describe('proofAllowance', () => {
  it.each<[number | 'none' | 'unreadable', number, number | 'refused']>([
    ['none', 0, 3],
    [0, 0, 3],
    ['unreadable', 0, 1],
    [1, 0, 'refused'],
    [2, 0, 'refused'],
    [3, 0, 1],
    [4, 0, 2],
    [5, 0, 3],
    [10, 0, 3],
    [50, 0, 3],
    [3, 1, 'refused'],
    [5, 2, 3],
    [5, 3, 'refused'],
    [10, 7, 3],
    [10, 8, 'refused'],
    [5, 9, 'refused'],
  ])('at a threshold of %s with %d recent failures it is %s', (threshold, recent, allowed) => {
    expect(proofAllowance({ threshold, recentFailures: recent })).toBe(allowed);
  });

  it('never lets the bot come nearer than two to the lockout', () => {
    for (let threshold = 1; threshold <= 20; threshold += 1) {
      let failures = 0;
      for (let bots = 0; ; bots += 1, failures += 1) {
        const allowance = proofAllowance({ threshold, recentFailures: failures });
        if (allowance === 'refused' || bots >= allowance) break;
      }
      expect(failures).toBeLessThanOrEqual(Math.max(0, threshold - 2));
    }
  });
});

describe('bindsLeft', () => {
  it.each([
    [{ threshold: 5, recentFailures: 0 }, 3],
    [{ threshold: 5, recentFailures: 2 }, 1],
    [{ threshold: 5, recentFailures: 4 }, 0],
    [{ threshold: 0, recentFailures: 9 }, Infinity],
    [{ threshold: 'none', recentFailures: 9 }, Infinity],
    [{ threshold: 'unreadable', recentFailures: 9 }, Infinity],
  ] as const)('of %j are %d', (lockout, left) => {
    expect(bindsLeft(lockout)).toBe(left);
  });
});
