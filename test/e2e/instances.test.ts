import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BotProcess } from '../support/botProcess.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { startProduct, type Product } from '../support/product.ts';
import { ALWAYS, cardsTo, setAge } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

const ACCOUNTS = 200;
const MANAGERS = 20;
const KILLS = 8;

let postgres: PostgresServer;
let product: Product;
beforeAll(async () => {
  postgres = await startPostgres();
  product = await startProduct({
    databaseUrl: postgres.url,
    env: ALWAYS,
    policy: { maxAgeMs: Infinity },
  });
});
afterAll(async () => {
  await product.stop();
  await postgres.stop();
});

interface Counted {
  readonly fate: string;
  readonly count: number;
}

describe('three instances on one database', () => {
  it(`send each of ${String(ACCOUNTS)} reminders once or record it as ambiguous, through ${String(KILLS)} kills`, async () => {
    const bots = [product.bot, await product.startAnother(), await product.startAnother()];
    const managers = Array.from({ length: MANAGERS }, () => product.manager(newName('Chef')));
    for (const chat of managers) await chat.say('status');
    for (let n = 0; n < ACCOUNTS; n += 1) {
      const { dn } = managers[n % MANAGERS]!;
      setAge(product, product.account(newName('forfallen'), dn, FIRST_PASSWORD).dn, 80);
    }
    await postgres.query('update lease set done_at = null');

    const fates = (): Promise<Counted[]> =>
      product.database.query(`select fate, count(*)::int as count from reminder group by fate`);
    const settled = async (): Promise<number> =>
      (await fates())
        .filter(({ fate }) => fate === 'sent' || fate === 'unknown')
        .reduce((sum, { count }) => sum + Number(count), 0);

    const began = Date.now();
    let kills = 0;
    let lastKillAt = 0;
    const starting = new Map<BotProcess, Promise<void>>();
    while ((await settled()) < ACCOUNTS) {
      if (Date.now() - began > 150_000) throw new Error(`only ${JSON.stringify(await fates())}`);
      const isUnderWay = product.teams.sent.length > MANAGERS + kills * 12;
      if (kills < KILLS && isUnderWay && Date.now() - lastKillAt > 500) {
        const bot = bots[Math.floor(Math.random() * bots.length)]!;
        await starting.get(bot);
        await bot.end('SIGKILL');
        kills += 1;
        lastKillAt = Date.now();
        // The others go on meanwhile: waiting here would leave too few messages for all kills.
        starting.set(bot, bot.start());
      }
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
    }

    await Promise.all(starting.values());

    const sent = managers.flatMap((chat) => cardsTo(product, chat));
    const perHandle = new Map<string, number>();
    for (const { card } of sent) {
      const [, account = ''] = /Konto: (\w+)/.exec(JSON.stringify(card)) ?? [];
      perHandle.set(account, (perHandle.get(account) ?? 0) + 1);
    }
    expect(Math.max(...perHandle.values())).toBe(1);
    const counts = new Map((await fates()).map(({ fate, count }) => [fate, Number(count)]));
    expect(counts.get('sent')! + (counts.get('unknown') ?? 0)).toBe(ACCOUNTS);
    expect(counts.get('unknown') ?? 0).toBeLessThanOrEqual(KILLS);
    // What was sent is recorded so; what is ambiguous came or came not.
    expect(sent.length).toBeGreaterThanOrEqual(counts.get('sent')!);
    expect(sent.length).toBeLessThanOrEqual(ACCOUNTS);
    expect(kills).toBe(KILLS);

    const audit = await product.database.audit();
    const told = (event: string) => audit.filter((row) => row.event === event).length;
    expect(told('reminder.sent')).toBe(counts.get('sent'));
    // A definite failure, as of a bot that dies at its login, is tried again and does not count.
    const lost = audit.filter(
      ({ event, result }) => event === 'reminder.failed' && result === 'unknown',
    );
    expect(lost).toHaveLength(counts.get('unknown') ?? 0);
    expect(await product.database.brokenAuditRow()).toBeUndefined();

    const times = sent.map(({ at }) => at).toSorted((a, b) => a - b);
    const mostInSecond = Math.max(
      ...times.map((at) => times.filter((other) => other >= at && other < at + 1_000).length),
    );
    expect(mostInSecond).toBeLessThanOrEqual(20);
    const seconds = (Date.now() - began) / 1_000;
    console.log(
      `${String(ACCOUNTS)} reminders, ${String(kills)} kills, ${seconds.toFixed(0)} s, ` +
        `${String(counts.get('unknown') ?? 0)} ambiguous, at most ${String(mostInSecond)} in a second`,
    );
  }, 200_000);
});
