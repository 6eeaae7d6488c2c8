import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { startRelay, type Relay } from '../adapters/store/relay.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { newEnrolled, newManager, reset } from '../support/walks.ts';

const EVERY_MS = 500;
const BACK_WITHIN_MS = 10_000;

const primary = await postgresOfSuite();
const databaseUrl = await primary.createDatabase('bot');
const standby = await postgresOfSuite({ standbyOf: primary });
let relay: Relay | undefined;
const house = await houseOfSuite({
  databaseUrl,
  async through({ database }) {
    relay = await startRelay(database);
    atSuiteEnd(async () => relay?.close());
    return { database: relay.port };
  },
});

const readiness = async (): Promise<number> => (await fetch(`${house.url}/readyz`)).status;

/** Ten people, a word each half second; with what was last answered to each. */
function startChatter() {
  let isOver = false;
  const answered = new Map<number, { shown: string; at: number }>();
  const all = Array.from({ length: 10 }, async (_, index) => {
    const { chat } = newManager(house);
    while (!isOver) {
      const shown = await chat.say('status').catch(String);
      answered.set(index, { shown, at: performance.now() });
      await pause(EVERY_MS);
    }
  });
  return {
    /** Whether all people were shown their accounts, asked for after that time. */
    isServedSince: (since: number) =>
      answered.size === all.length &&
      [...answered.values()].every(({ shown, at }) => shown === 'home' && at > since + EVERY_MS),
    async end() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await pause(50);
}

it('turns work again within 10 s where PostgreSQL fails over and the old primary is only read', async () => {
  const walker = await newEnrolled(house);
  const chatter = startChatter();
  await until(() => chatter.isServedSince(0));
  await until(async () => (await readiness()) === 200);

  await primary.query('alter system set default_transaction_read_only = on');
  await primary.query('select pg_reload_conf()');
  await until(async () => (await readiness()) === 503);
  await standby.query('select pg_promote()');
  if (relay !== undefined) relay.target = standby.port;
  const since = performance.now();
  const freeMs = startStopwatch();
  await until(() => chatter.isServedSince(since));
  expect(freeMs()).toBeLessThan(BACK_WITHIN_MS);
  await until(async () => (await readiness()) === 200);
  await chatter.end();

  expect(await reset(house, walker, 'Kaffekanna-Blomma-42')).toBe('reset.done');
});
