import { setTimeout as pause } from 'node:timers/promises';
import type { BotProcess } from '../support/botProcess.ts';
import type { Product } from '../support/product.ts';
import { cardsTo, setAge } from '../support/rotations.ts';
import { FIRST_PASSWORD, newName } from '../support/walks.ts';

const MANAGERS = 20;
const BETWEEN_KILLS_MS = 500;
const LEAST_SETTLE_MS = 350_000;
const SETTLE_MS_PER_ACCOUNT = 700;

/** The result of the reminders of so many accounts, all due at once. */
export interface InstanceCounts {
  readonly accounts: number;
  readonly kills: number;
  readonly seconds: number;
  /** As the database has it. */
  readonly sent: number;
  readonly ambiguous: number;
  /** Cards that reached the connector. */
  readonly cards: number;
  /** Accounts of which two cards reached the connector. */
  readonly twice: number;
  readonly mostInSecond: number;
  /** Audit rows of sent reminders and of ambiguous ones. */
  readonly auditedSent: number;
  readonly auditedAmbiguous: number;
  readonly isChainWhole: boolean;
}

/** Sweeps so many due accounts with three instances of the product, of which one is killed now and then. */
export async function runInstances(
  product: Product,
  accounts: number,
  kills: number,
  onKill: (count: number, settled: number) => void = () => undefined,
): Promise<InstanceCounts> {
  const bots = [product.bot, await product.startAnother(), await product.startAnother()];
  const managers = Array.from({ length: MANAGERS }, () => product.manager(newName('Chef')));
  for (const chat of managers) await chat.say('status');
  for (let n = 0; n < accounts; n += 1) {
    const { dn } = managers[n % MANAGERS]!;
    setAge(product, product.account(`forfallen${String(n)}`, dn, FIRST_PASSWORD).dn, 80);
  }
  await product.database.query('update lease set done_at = null');

  const began = Date.now();
  const mostMs = Math.max(LEAST_SETTLE_MS, accounts * SETTLE_MS_PER_ACCOUNT);
  const cardsPerKill = accounts / (2 * kills);
  const starting = new Map<BotProcess, Promise<void>>();
  const start = async (bot: BotProcess): Promise<void> => {
    await bot.start();
    starting.delete(bot);
  };
  let killed = 0;
  let lastKillAt = 0;
  for (;;) {
    const { sent, ambiguous } = await fatesOf(product);
    if (sent + ambiguous >= accounts) break;
    if (Date.now() - began > mostMs) throw new Error(`only ${String(sent)} reminders were sent`);
    const isUnderWay = product.teams.sent.length > MANAGERS + killed * cardsPerKill;
    // Never one that starts: waiting for it would let the others send the reminders meant for later kills.
    const running = bots.filter((bot) => !starting.has(bot));
    const bot = running[Math.floor(Math.random() * running.length)];
    const isTime = isUnderWay && Date.now() - lastKillAt > BETWEEN_KILLS_MS;
    if (killed < kills && isTime && bot !== undefined) {
      await bot.end('SIGKILL');
      killed += 1;
      lastKillAt = Date.now();
      starting.set(bot, start(bot));
      onKill(killed, sent + ambiguous);
    }
    await pause(100 + Math.random() * 100);
  }
  const seconds = (Date.now() - began) / 1_000;
  await Promise.all(starting.values());

  const cards = managers.flatMap((chat) => cardsTo(product, chat));
  const perAccount = Map.groupBy(cards, ({ card }) => {
    const [, account = ''] = /Konto: (\w+)/.exec(JSON.stringify(card)) ?? [];
    return account;
  });
  const audit = await product.database.audit();
  return {
    accounts,
    kills: killed,
    seconds,
    ...(await fatesOf(product)),
    cards: cards.length,
    twice: [...perAccount.values()].filter(({ length }) => length > 1).length,
    mostInSecond: mostInSecond(cards.map(({ at }) => at)),
    auditedSent: audit.filter(({ event }) => event === 'reminder.sent').length,
    // A definite failure, as of a bot that dies at its login, is tried again and does not count.
    auditedAmbiguous: audit.filter(
      ({ event, result }) => event === 'reminder.failed' && result === 'unknown',
    ).length,
    isChainWhole: (await product.database.brokenAuditRow()) === undefined,
  };
}

async function fatesOf(product: Product): Promise<Pick<InstanceCounts, 'sent' | 'ambiguous'>> {
  const rows = await product.database.query<{ readonly fate: string; readonly count: number }>(
    'select fate, count(*)::int as count from reminder group by fate',
  );
  const counts = new Map(rows.map(({ fate, count }) => [fate, Number(count)]));
  return { sent: counts.get('sent') ?? 0, ambiguous: counts.get('unknown') ?? 0 };
}

/** The most of these moments (ms) within any one second. */
function mostInSecond(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  return sorted.reduce((most, at, last) => {
    while (sorted[first]! <= at - 1_000) first += 1;
    return Math.max(most, last - first + 1);
  }, 0);
}
