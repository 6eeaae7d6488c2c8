import type { Responsibility, SweptAccount } from '../../ports/account.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { SweepDeps } from '../deps.ts';
import { faultOf } from '../directoryFault.ts';
import { followAnswering } from '../people/responsibilityChanges.ts';
import type { Sent, SentRow, Sweeping } from '../reminders/sendOnce.ts';

const MAX_TRIES_WHEN_BUSY = 4;
/** After so many accounts in a row that cannot be read the directory is asked for something small. */
const IN_A_ROW = 3;
/** No entry has this id. */
const NO_ENTRY = '00000000-0000-0000-0000-000000000000';

/**
 * Runs the work on one account after another, past those that the directory gives no answer about: whoever
 * filled the groups of some accounts must not keep a sweep from the others.
 * Gives false for one that could not be read.
 * @throws DirectoryError where the third account in a row could not be read, and nothing else either.
 */
export function pastUnreadable(
  { directory, log }: Pick<SweepDeps, 'directory' | 'log'>,
  signal: AbortSignal,
) {
  let unread = 0;

  return async (accountId: string, work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      unread = 0;
      return true;
    } catch (error) {
      const fault = faultOf(error);
      unread += 1;
      log.warn({ accountId, code: fault.code }, 'a sweep passed an account that cannot be read');
      if (unread < IN_A_ROW) return false;
      const answer = await directory.managerById(NO_ENTRY, signal).catch(faultOf);
      if (answer instanceof DirectoryError) throw fault;
      unread = 0;
      return false;
    }
  };
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
