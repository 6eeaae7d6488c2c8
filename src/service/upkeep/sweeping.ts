import type { Responsibility, SweptAccount } from '../../ports/account.ts';
import { followAnswering } from '../people/responsibilityChanges.ts';
import { pastUnreadable } from './pastUnreadable.ts';
import type { Sent, SentRow, Sweeping } from '../reminders/sendOnce.ts';

const MAX_TRIES_WHEN_BUSY = 4;

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
  const unlessUnreadable = pastUnreadable(deps, signal);
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
