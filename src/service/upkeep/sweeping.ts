import type { Responsibility, SweptAccount } from '../../ports/account.ts';
import type { SendPace } from '../chat/sendPace.ts';
import type { SweepDeps } from '../deps.ts';
import { followAnswering } from '../people/responsibility.ts';
import { pastUnreadable } from './pastUnreadable.ts';
import type { SweepLease } from './sweepLease.ts';

/** Stands for the manager of an account that has none. */
export const NOBODY = 'nobody';

const MAX_TRIES_WHEN_BUSY = 4;

/** The parts that the cards of one sweep share. */
export interface Sweeping {
  readonly deps: SweepDeps;
  readonly pace: SendPace;
  readonly signal: AbortSignal;
  /** Absent where nothing may be sent or changed. */
  readonly lease?: SweepLease | undefined;
}

/** `due`: it would be sent, but this sweep sends nothing. `ambiguous`: it may have come, and is not repeated. */
export type SentResult = 'due' | 'sent' | 'already' | 'skipped' | 'ambiguous' | 'failed';

/** The outcome of one card, as the administration tells it. */
export interface SentRow {
  /** sAMAccountName / uid. */
  readonly account: string;
  /** Display name; null where the account has no manager. */
  readonly manager: string | null;
  readonly result: SentResult;
  readonly reason: string | null;
}

/** An account's cards. */
export interface Sent<Row> {
  /** By the id of the manager's entry; `NOBODY` where the account has none. */
  readonly rows: ReadonlyMap<string, Row>;
  /** How long the channel asks to wait before the rest. */
  readonly waitMs?: number | undefined;
}

/**
 * Runs `work` on one account after another, past those that cannot be read.
 * @throws DirectoryError where the third account in a row could not be read.
 */
export async function throughAccounts(
  { deps, signal }: Pick<Sweeping, 'deps' | 'signal'>,
  accounts: readonly Pick<SweptAccount, 'id' | 'name'>[],
  watch: {
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
    /** Told the name of an account that could not be read. */
    readonly onUnread: (account: string) => void;
  },
  work: (account: Pick<SweptAccount, 'id' | 'name'>) => Promise<void>,
): Promise<void> {
  const unlessUnreadable = pastUnreadable(deps.log);
  for (const [index, account] of accounts.entries()) {
    watch.onProgress?.(index, accounts.length);
    signal.throwIfAborted();
    const isRead = await unlessUnreadable(account.id, () => work(account));
    if (!isRead) watch.onUnread(account.name);
  }
  watch.onProgress?.(accounts.length, accounts.length);
}

/**
 * Sends an account's cards; those that the channel was too busy for come later, after the account was read
 * anew. Gives the last outcome; undefined where there was nothing to send.
 */
export async function sendPatiently<Row extends SentRow, Outcome extends Sent<Row>>(
  { deps, lease, signal }: Sweeping,
  accountId: string,
  send: (found: Responsibility) => Promise<Outcome | undefined>,
  onRow: (row: Row) => void,
): Promise<Outcome | undefined> {
  const rows = new Map<string, Row>();
  let last: Outcome | undefined;
  for (let tries = 1; tries <= MAX_TRIES_WHEN_BUSY; tries += 1) {
    signal.throwIfAborted();
    const found = await deps.directory.responsibilityFor(accountId, signal);
    if (lease !== undefined) await followAnswering(deps, found, lease, signal);
    const sent = found && (await send(found));
    if (sent === undefined) break;
    for (const [entry, row] of sent.rows) {
      // A card sent in an earlier try is `already` sent in this one.
      if (rows.get(entry)?.result !== 'sent') rows.set(entry, row);
    }
    last = sent;
    if (sent.waitMs === undefined) break;
    await deps.delay(sent.waitMs, signal);
  }
  for (const row of rows.values()) onRow(row);
  return last;
}
