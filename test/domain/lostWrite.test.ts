import { describe, expect, it } from '@jest/globals';
import {
  GIVE_UP_MS,
  judgeLostWrite,
  lateWriteMs,
  LATE_WRITE_MS,
} from '../../src/domain/flows/lostWrite.ts';

const soon = LATE_WRITE_MS - 1;
const late = LATE_WRITE_MS;
const tooLate = GIVE_UP_MS + 1;

describe('judgeLostWrite', () => {
  it.each([
    // changed, binds, the only one sent, age, verdict
    [true, true, true, 0, 'applied'],
    [true, true, false, 0, 'applied'],
    [true, false, true, 0, 'replaced'],
    [true, false, false, late, 'open'],
    [true, undefined, true, late, 'open'],
    [true, undefined, false, tooLate, 'givenUp'],
    [false, undefined, true, soon, 'open'],
    [false, undefined, true, late, 'notApplied'],
    [false, true, true, soon, 'open'],
    [undefined, undefined, true, late, 'open'],
    [undefined, undefined, true, tooLate, 'givenUp'],
  ] as const)(
    'changed %s, binds %s, only one sent %s after %d ms is %s',
    (isChanged, binds, isOnlyOneSent, ageMs, verdict) => {
      expect(judgeLostWrite({ isChanged, binds, isOnlyOneSent, ageMs })).toBe(verdict);
    },
  );

  it('goes by the time of the change where no bind decides', () => {
    const lostAt = 1_000_000_000;
    const seen = { isChanged: true, binds: 'undecided', ageMs: soon, lostAt } as const;
    const judge = (changedAt: number | undefined, isOnlyOneSent = true) =>
      judgeLostWrite({ ...seen, changedAt, isOnlyOneSent });
    expect(judge(lostAt - 2_000)).toBe('applied');
    expect(judge(lostAt - 2_000, false)).toBe('open');
    expect(judge(lostAt - 6 * 60_000)).toBe('open');
    expect(judge(undefined)).toBe('open');
  });

  it('waits longer for a server that was silent than for one that cut the connection', () => {
    const quiet = { isChanged: false, binds: undefined, isOnlyOneSent: true, ageMs: late };
    expect(judgeLostWrite({ ...quiet, lateMs: lateWriteMs(100) })).toBe('notApplied');
    expect(judgeLostWrite({ ...quiet, lateMs: lateWriteMs(5_000) })).toBe('open');
    expect(judgeLostWrite({ ...quiet, ageMs: 25_000, lateMs: lateWriteMs(5_000) })).toBe(
      'notApplied',
    );
  });
});
