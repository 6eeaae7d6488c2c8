import { describe, expect, it } from '@jest/globals';
import {
  GIVE_UP_MS,
  judgeLostWrite,
  lateWriteMs,
  LATE_WRITE_MS,
  mayBeChangeOf,
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
      const signs = { isChanged, binds, isPossible: true, isOnlyOneSent, ageMs };
      expect(judgeLostWrite(signs)).toBe(verdict);
    },
  );

  it('takes no former password that still binds for the one in force', () => {
    const former = { isChanged: true, isPossible: false, ageMs: soon } as const;
    const judge = (binds: boolean | 'undecided', isOnlyOneSent = true) =>
      judgeLostWrite({ ...former, binds, isOnlyOneSent, changedAt: 1, lostAt: 1 });
    expect(judge(true)).toBe('replaced');
    expect(judge(true, false)).toBe('open');
    expect(judge('undecided')).toBe('open');
  });

  it('goes by the time of the change where no bind decides', () => {
    const lostAt = 1_000_000_000;
    const seen = {
      isChanged: true,
      binds: 'undecided',
      isPossible: true,
      ageMs: soon,
      lostAt,
    } as const;
    const judge = (changedAt: number | undefined, isOnlyOneSent = true) =>
      judgeLostWrite({ ...seen, changedAt, isOnlyOneSent });
    expect(judge(lostAt - 2_000)).toBe('applied');
    expect(judge(lostAt - 2_000, false)).toBe('open');
    expect(judge(lostAt - 6 * 60_000)).toBe('open');
    expect(judge(undefined)).toBe('open');
  });

  it('waits longer for a server that was silent than for one that cut the connection', () => {
    const quiet = {
      isChanged: false,
      binds: undefined,
      isPossible: true,
      isOnlyOneSent: true,
      ageMs: late,
    };
    expect(judgeLostWrite({ ...quiet, lateMs: lateWriteMs(100) })).toBe('notApplied');
    expect(judgeLostWrite({ ...quiet, lateMs: lateWriteMs(5_000) })).toBe('open');
    expect(judgeLostWrite({ ...quiet, ageMs: 25_000, lateMs: lateWriteMs(5_000) })).toBe(
      'notApplied',
    );
  });
});

describe('mayBeChangeOf', () => {
  const sentAt = 1_000_000_000;
  const seen = { version: 'v2', changedAt: sentAt + 1_000, knownVersion: 'v1' };
  const much = 7 * 60_000;

  it.each([
    ['one that nobody knows yet', { digest: 'd', sentAt }, seen, true],
    [
      'one that is known by somebody else',
      { digest: 'd', sentAt },
      { ...seen, version: 'v1' },
      false,
    ],
    ['one that is later', { digest: 'd', sentAt }, { ...seen, changedAt: sentAt + much }, false],
    ['one without a time', { digest: 'd', sentAt }, { ...seen, changedAt: undefined }, true],
    ['the one that is recorded', { digest: 'd', version: 'v1' }, { ...seen, version: 'v1' }, true],
    ['one after the one that is recorded', { digest: 'd', version: 'v1' }, seen, false],
  ])('%s', (_what, sent, change, expected) => {
    expect(mayBeChangeOf([sent], change)).toBe(expected);
  });

  it('goes by each time that the password was sent', () => {
    const sends = [sentAt, sentAt + much].map((at) => ({ digest: 'd', sentAt: at }));
    expect(mayBeChangeOf(sends, { ...seen, changedAt: sentAt + much + 1_000 })).toBe(true);
    expect(mayBeChangeOf(sends, { ...seen, changedAt: sentAt + 2 * much })).toBe(false);
    expect(mayBeChangeOf([], seen)).toBe(false);
  });
});
