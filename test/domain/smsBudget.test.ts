import { describe, expect, it } from '@jest/globals';
import { budgetAlarm, budgetRefusal, codeAfter } from '../../src/domain/smsBudget.ts';

const T = Date.UTC(2027, 0, 15, 12);
const MINUTE = 60_000;
const NOTHING = {
  now: T,
  flowNumber: [],
  number: [],
  manager: [],
  refused: [],
  strangers: [],
  isEnrolled: true,
  isInOwnEntry: false,
  ownUnproven: [],
  unproven: [],
  total: 0,
};
/** `count` sends, the newest `newest` minutes ago, one every `every` minutes before it. */
const sends = (count: number, newest: number, every: number): number[] =>
  Array.from({ length: count }, (_, i) => T - (newest + i * every) * MINUTE);

describe('budgetRefusal', () => {
  it('lets the first message go', () => {
    expect(budgetRefusal(NOTHING, 2000)).toBeUndefined();
  });

  it('waits 60 s between two messages of a flow to a number', () => {
    const after = (seconds: number) =>
      budgetRefusal({ ...NOTHING, flowNumber: [T - seconds * 1000] }, 2000);
    expect(after(0)).toMatchObject({ reason: 'tooManyCodes' });
    expect(after(59.999)).toMatchObject({ reason: 'tooManyCodes' });
    expect(after(60)).toBeUndefined();
    // The database's clock was set back.
    expect(after(-5)).toMatchObject({ reason: 'tooManyCodes' });
  });

  it('allows three messages of a flow to a number', () => {
    expect(budgetRefusal({ ...NOTHING, flowNumber: sends(2, 2, 2) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, flowNumber: sends(3, 2, 2) }, 2000)).toMatchObject({
      reason: 'tooManyCodes',
    });
  });

  it('allows five messages to a number in 10 minutes', () => {
    expect(budgetRefusal({ ...NOTHING, number: sends(4, 0, 1) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, number: sends(5, 5.9, 1) }, 2000)).toMatchObject({
      reason: 'tooManyCodes',
    });
    expect(budgetRefusal({ ...NOTHING, number: sends(5, 6, 1) }, 2000)).toBeUndefined();
  });

  it('allows a manager thirty messages an hour that the SMS service refuses', () => {
    expect(budgetRefusal({ ...NOTHING, refused: sends(29, 0, 1) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, refused: sends(30, 0, 1) }, 2000)).toEqual({
      reason: 'tooManyCodes',
      until: T + 31 * MINUTE,
    });
  });

  it('allows ten messages to a number in 24 hours', () => {
    const day = 24 * 60;
    expect(budgetRefusal({ ...NOTHING, number: sends(9, 30, 60) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, number: sends(10, 30, 60) }, 2000)).toMatchObject({
      reason: 'tooManyCodes',
    });
    const old = [...sends(9, 30, 60), T - day * MINUTE];
    expect(budgetRefusal({ ...NOTHING, number: old }, 2000)).toBeUndefined();
  });

  it('allows ten messages of a manager in an hour', () => {
    expect(budgetRefusal({ ...NOTHING, manager: sends(9, 1, 5) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, manager: sends(10, 1, 5) }, 2000)).toMatchObject({
      reason: 'tooManyCodes',
    });
    expect(budgetRefusal({ ...NOTHING, manager: sends(10, 15, 5) }, 2000)).toBeUndefined();
  });

  it('allows twenty messages of a manager in 24 hours', () => {
    expect(budgetRefusal({ ...NOTHING, manager: sends(19, 61, 60) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, manager: sends(20, 61, 60) }, 2000)).toEqual({
      reason: 'tooManyCodes',
      until: T + (24 * 60 - 61 - 19 * 60) * MINUTE,
    });
    const old = [...sends(19, 61, 60), T - 24 * 60 * MINUTE];
    expect(budgetRefusal({ ...NOTHING, manager: old }, 2000)).toBeUndefined();
  });

  it('allows a manager five numbers that are not enrolled in 24 hours', () => {
    const asks = (others: number, isEnrolled: boolean) =>
      budgetRefusal({ ...NOTHING, isEnrolled, unproven: sends(others, 10, 60) }, 2000);
    expect(asks(4, false)).toBeUndefined();
    expect(asks(5, false)).toEqual({
      reason: 'tooManyCodes',
      until: T + (24 * 60 - 10 - 4 * 60) * MINUTE,
    });
    expect(asks(5, true)).toBeUndefined();
  });

  it('keeps the last fifth of the ceiling for enrolled numbers', () => {
    const asks = (total: number, isEnrolled: boolean, perDay = 2000) =>
      budgetRefusal({ ...NOTHING, isEnrolled, total }, perDay)?.reason;
    expect(asks(1599, false)).toBeUndefined();
    expect(asks(1600, false)).toBe('smsUnavailable');
    expect(asks(1999, true)).toBeUndefined();
    // With one message a day there is none to keep for the owner.
    expect(asks(0, false, 1)).toBeUndefined();
  });

  it('says when the next message may go out, where time alone decides', () => {
    const until = (sends: object) => budgetRefusal({ ...NOTHING, ...sends }, 2000)?.until;
    expect(until({ flowNumber: [T - 20_000] })).toBe(T + 40_000);
    expect(until({ number: sends(5, 1, 1) })).toBe(T + 5 * MINUTE);
    expect(until({ number: sends(5, 1, 1), flowNumber: [T] })).toBe(T + 5 * MINUTE);
    expect(until({ flowNumber: sends(3, 2, 2) })).toBeUndefined();
    expect(until({ flowNumber: sends(3, 0, 2) })).toBeUndefined();
    // Another flow could send none before then either.
    expect(until({ flowNumber: sends(3, 0, 1), number: sends(5, 0, 1) })).toBe(T + 6 * MINUTE);
    expect(until({ total: 2000 })).toBeUndefined();
  });

  it('leaves the owner of a number most of its budget', () => {
    expect(budgetRefusal({ ...NOTHING, strangers: sends(2, 30, 60) }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, strangers: sends(3, 30, 60) }, 2000)).toMatchObject({
      reason: 'tooManyCodes',
    });
  });

  it('lets nobody alone use up a number that is not enrolled, nor several what is its owner’s', () => {
    const isOpen = (all: number, own: number, isInOwnEntry = false) => {
      const to = { number: sends(all, 30, 60), ownUnproven: sends(own, 30, 60) };
      return budgetRefusal({ ...NOTHING, ...to, isEnrolled: false, isInOwnEntry }, 2000);
    };
    expect([isOpen(2, 2), isOpen(4, 1), isOpen(5, 0)]).toEqual([undefined, undefined, undefined]);
    expect(isOpen(3, 3)).toMatchObject({ reason: 'tooManyCodes' });
    expect(isOpen(5, 1)).toMatchObject({ reason: 'tooManyCodes' });
    expect(isOpen(6, 0)).toEqual({
      reason: 'tooManyCodes',
      until: T + (24 * 60 - 30 - 5 * 60) * MINUTE,
    });
    // Two messages are left to the owner after the others have had theirs.
    expect([isOpen(4, 4, true), isOpen(6, 0, true), isOpen(7, 1, true)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    // Everybody may write a number into their own entry.
    expect(isOpen(5, 5, true)).toMatchObject({ reason: 'tooManyCodes' });
  });

  it('ends at the ceiling of the day', () => {
    expect(budgetRefusal({ ...NOTHING, total: 1999 }, 2000)).toBeUndefined();
    expect(budgetRefusal({ ...NOTHING, total: 2000 }, 2000)).toEqual({ reason: 'smsUnavailable' });
  });

  it('blames the own budget before the ceiling', () => {
    const both = { ...NOTHING, flowNumber: [T], total: 2000 };
    expect(budgetRefusal(both, 2000)).toMatchObject({ reason: 'tooManyCodes' });
  });
});

describe('codeAfter', () => {
  const after = (sends: object) => codeAfter({ ...NOTHING, ...sends });

  it('knows no other wait than the usual minute while every budget has room for two', () => {
    const room = { flowNumber: sends(1, 2, 2), number: sends(3, 1, 1), manager: sends(8, 1, 5) };
    expect(after({})).toEqual({ isLast: false, nextFrom: undefined });
    expect(after(room)).toEqual({ isLast: false, nextFrom: undefined });
  });

  it('says when the budget has room again that this message fills', () => {
    expect(after({ number: sends(4, 1, 1) }).nextFrom).toBe(T + 6 * MINUTE);
    expect(after({ manager: sends(9, 1, 5) }).nextFrom).toBe(T + 19 * MINUTE);
    const unproven = { isEnrolled: false, ownUnproven: sends(2, 30, 60), number: sends(2, 30, 60) };
    expect(after(unproven).nextFrom).toBe(T + (24 * 60 - 90) * MINUTE);
    expect(after({ strangers: sends(2, 30, 60) }).nextFrom).toBe(T + (24 * 60 - 90) * MINUTE);
    // Room that comes within the usual minute is no wait.
    expect(after({ number: sends(4, 6, 1) }).nextFrom).toBeUndefined();
  });

  it('knows the last message of a flow, and when another flow may send one', () => {
    expect(after({ flowNumber: sends(2, 2, 2) })).toEqual({ isLast: true, nextFrom: undefined });
    expect(after({ flowNumber: sends(2, 2, 2), number: sends(4, 2, 2) })).toEqual({
      isLast: true,
      nextFrom: T + 2 * MINUTE,
    });
  });
});

describe('budgetAlarm', () => {
  it('tells the highest of 50, 80 and 100 per cent that is reached', () => {
    const marks = [10, 11, 16, 17, 20, 21, 25].map((total) => budgetAlarm(total, 21));
    expect(marks).toEqual([undefined, 50, 50, 80, 80, 100, 100]);
  });

  it('says the most where marks fall together', () => {
    expect(budgetAlarm(1, 1)).toBe(100);
  });
});
