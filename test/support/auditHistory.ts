import { DatabaseSync } from 'node:sqlite';
import { databaseFile } from '../../src/adapters/store/engine/sqlite.ts';
import { DAY_MS, MINUTE_MS } from '../../src/domain/durations.ts';

/** One audit row of the past. */
export interface PastEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly event: string;
  readonly actor?: string;
  readonly account?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly flow?: string;
}

/** Puts rows before the first one of an embedded store's audit, as if the bot had written them long ago. */
export function writeHistory(dataDir: string, events: Iterable<PastEvent>, count: number): void {
  const database = new DatabaseSync(databaseFile(dataDir), { timeout: 20_000 });
  const insert = database.prepare(
    `insert into audit (seq, at, event, actor, account, result, reason, flow, instance, previous, hash)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'made', '', '')`,
  );
  database.exec('begin immediate');
  let seq = -count;
  for (const { at, event, actor, account, result, reason, flow } of events) {
    const texts = [
      actor ?? 'system',
      account ?? null,
      result ?? 'ok',
      reason ?? null,
      flow ?? null,
    ];
    insert.run(seq, new Date(at).toISOString(), event, ...texts);
    seq += 1;
  }
  database.exec('commit');
  database.close();
}

/** Numbers from 0 to below 1 that are the same in every run. */
function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    // Numerical Recipes' linear congruential generator.
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A plausible past of these accounts, oldest event first: so many rows in so many days. */
export function* madeHistory(
  accounts: readonly string[],
  { days, now, rows }: { readonly days: number; readonly now: number; readonly rows: number },
): Generator<PastEvent> {
  const dice = createDice(7);
  const pick = <T>(some: readonly T[]): T => some[Math.floor(dice() * some.length)]!;
  const step = (days * DAY_MS - MINUTE_MS) / rows;
  for (let n = 0; n < rows; n += 1) {
    const at = Math.floor(now - days * DAY_MS + MINUTE_MS + n * step);
    const account = pick(accounts);
    const actor = `tenant/${account.slice(0, 8)}`;
    const about = { at, account, actor, flow: `flow-${String(n)}` };
    const roll = dice();
    // Early on most of what happens is enrollments, later most is resets.
    const isEarly = dice() > n / rows;
    if (roll < 0.3) yield { ...about, event: 'code.sent' };
    else if (roll < 0.45)
      yield { ...about, event: isEarly ? 'enrollment.completed' : 'reset.written' };
    else if (roll < 0.6) yield { at, account, event: 'reminder.sent' };
    else if (roll < 0.7) yield { ...about, event: 'reset.written' };
    else if (roll < 0.75) yield { ...about, event: 'unlock.completed' };
    else if (roll < 0.82)
      yield { at, account, event: 'reminder.skipped', reason: 'changedOutside' };
    else if (roll < 0.88) yield { ...about, event: 'code.refused', result: 'refused' };
    else if (roll < 0.9)
      yield { ...about, event: 'code.locked', result: 'refused', reason: 'locked' };
    else if (roll < 0.93)
      yield { ...about, event: 'code.notSent', result: 'failed', reason: 'smsUnavailable' };
    else if (roll < 0.94) yield { ...about, event: 'code.notSent', result: 'unknown' };
    else if (roll < 0.95) yield { ...about, event: 'reset.unknown', result: 'unknown' };
    else if (roll < 0.98) yield { ...about, event: 'desk.looked' };
    else {
      const event = pick([
        'desk.callerConfirmed',
        'desk.callerDenied',
        'desk.vouched',
        'desk.revoked',
      ]);
      yield { ...about, event };
    }
  }
}
