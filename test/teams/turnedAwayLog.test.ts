import { expect, it } from '@jest/globals';
import { createTurnedAway } from '../../src/teams/http/turnedAwayLog.ts';

/** A log that resolves `line(n)` once it has its n-th line. */
function recordingLog() {
  const lines: object[] = [];
  const waiting = new Map<number, () => void>();
  const write = (fields: object): void => {
    lines.push(fields);
    waiting.get(lines.length)?.();
  };
  return {
    lines,
    warn: write,
    error: (fields: object): void => {
      write({ ...fields, isError: true });
    },
    line: (n: number): Promise<void> =>
      lines.length >= n
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.set(n, resolve)),
  };
}

it('tells of the first of a cause at once, and of the further ones together', async () => {
  const log = recordingLog();
  const turnedAway = createTurnedAway(log, 50);
  for (let times = 0; times < 20; times += 1) turnedAway.tell({ status: 401, why: 'kid' });
  turnedAway.tell({ status: 403, why: 'tenant' });
  expect(log.lines).toEqual([
    { status: 401, why: 'kid' },
    { status: 403, why: 'tenant' },
  ]);
  await log.line(3);
  expect(log.lines.slice(2)).toEqual([{ status: 401, why: 'kid', times: 19 }]);
  // The line begins the next minute.
  turnedAway.tell({ status: 401, why: 'kid' });
  expect(log.lines).toHaveLength(3);
  await log.line(4);
  expect(log.lines.slice(3)).toEqual([{ status: 401, why: 'kid', times: 1 }]);
  await turnedAway.flush();
});

it('tells of those that were counted when the bot stops, and no more', async () => {
  const log = recordingLog();
  const turnedAway = createTurnedAway(log);
  for (let times = 0; times < 3; times += 1) turnedAway.tell({ status: 401, why: 'aud' });
  await turnedAway.flush();
  await turnedAway.flush();
  expect(log.lines).toEqual([
    { status: 401, why: 'aud' },
    { status: 401, why: 'aud', times: 2 },
  ]);
});

it('tells as an error that the bot can take nobody’s activity', async () => {
  const log = recordingLog();
  const turnedAway = createTurnedAway(log);
  for (let times = 0; times < 3; times += 1) turnedAway.tell({ status: 503, why: 'keys' });
  await turnedAway.flush();
  expect(log.lines).toEqual([
    { status: 503, why: 'keys', isError: true },
    { status: 503, why: 'keys', times: 2, isError: true },
  ]);
});
