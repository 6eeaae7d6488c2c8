import { HOUR_MS } from '../../domain/durations.ts';
import { rotationOf, stageAt } from '../../domain/rotation/rotation.ts';
import { DirectoryError, type SweptAccount } from '../../ports/directory.ts';
import type { SweepDeps } from '../deps.ts';
import { createUnwatched } from './unwatched.ts';
import { noteOutsideChanges } from '../notices/outsideChanges.ts';
import { forgetLostRelations } from './relations.ts';
import { followAnswering } from '../people/responsibility.ts';
import { auditLost, remindOf, type ReminderRow, type Reminding } from '../reminders/reminders.ts';
import { createSendPace } from '../chat/sendPace.ts';
import { withSweepLease, type SweepLease } from './sweepLease.ts';
import { tellFallback, type Silenced, type Unanswered } from '../reminders/unanswered.ts';

const SWEEP_EVERY_MS = HOUR_MS;
const MAX_TRIES_WHEN_BUSY = 4;
/** After so many unreadable accounts in a row the fault is the directory's. */
const MAX_UNREAD_IN_A_ROW = 3;

/** A sweep as a whole, in the words of `admin sweep`. */
interface SweepSummary {
  readonly window: 'open' | 'closed';
  readonly dryRun: boolean;
  /** Accounts that the directory has. */
  readonly accounts: number;
}

export interface SweepReport extends SweepSummary {
  readonly reminders: readonly ReminderRow[];
}

export interface SweepOptions {
  readonly isDryRun: boolean;
  /** Due accounts looked at so far, and all of them. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * One sweep now, for `admin sweep`. Outside the sending hours and as a dry run it sends and changes
 * nothing and tells what would be sent; undefined where another instance is sweeping.
 * @throws DirectoryError where the accounts cannot be read.
 */
export async function sweepNow(
  deps: SweepDeps,
  { isDryRun, onProgress }: SweepOptions,
  signal: AbortSignal,
): Promise<SweepReport | undefined> {
  const reminders: ReminderRow[] = [];
  const watch = { onRow: (row: ReminderRow) => reminders.push(row), onProgress };
  const { calendar } = deps.settings.rotation;
  const now = await deps.store.transaction((tx) => Promise.resolve(tx.now));
  const window = calendar.isSending(now) ? 'open' : 'closed';
  const summarize = (accounts: number): SweepReport => ({
    window,
    dryRun: isDryRun,
    accounts,
    reminders,
  });
  if (isDryRun || window === 'closed') {
    return summarize(await sweep(deps, undefined, signal, watch));
  }
  return withSweepLease(deps, 0, signal, async (lease) =>
    summarize(await sweep(deps, lease, lease.signal, watch)),
  );
}

/** The hourly sweep, if it is due and no other instance runs it; false where nothing was done. */
export async function sweepIfDue(deps: SweepDeps, signal: AbortSignal): Promise<boolean> {
  const results = new Map<string, number>();
  const count = ({ result }: ReminderRow): void => {
    results.set(result, (results.get(result) ?? 0) + 1);
  };
  const began = performance.now();
  const unwatched = createUnwatched(deps);
  const watch = { onRow: count, onPage: (page: Page) => unwatched.take(page) };
  const accounts = await withSweepLease(deps, SWEEP_EVERY_MS, signal, async (lease) => {
    const swept = await sweep(deps, lease, lease.signal, watch);
    await unwatched.follow(lease, lease.signal);
    return swept;
  });
  if (accounts === undefined) return false;
  const seconds = Math.round((performance.now() - began) / 1_000);
  deps.log.info({ accounts, seconds, ...Object.fromEntries(results) }, 'swept for due passwords');
  return true;
}

type Page = readonly SweptAccount[];

interface Watch {
  readonly onRow: (row: ReminderRow) => void;
  readonly onPage?: (page: Page) => Promise<void>;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Reads all accounts and reminds of those that are due; gives how many there are. */
async function sweep(
  deps: SweepDeps,
  lease: SweepLease | undefined,
  signal: AbortSignal,
  watch: Watch,
): Promise<number> {
  if (lease !== undefined) await settleLost(deps, lease);
  const { accounts, due } = await findDue(deps, lease, signal, watch);
  const sweeping = { deps, pace: createSendPace(deps), signal, lease };
  const unanswered: Unanswered[] = [];
  const silenced: Silenced[] = [];
  let unread = 0;
  for (const [index, { id, name }] of due.entries()) {
    watch.onProgress?.(index, due.length);
    signal.throwIfAborted();
    try {
      const { dueAt, silencedUntil } = await remindPatiently(sweeping, id, watch);
      if (dueAt !== undefined) unanswered.push({ name, dueAt });
      if (silencedUntil !== undefined) silenced.push({ name, until: silencedUntil });
      unread = 0;
    } catch (error) {
      unread += 1;
      if (!(error instanceof DirectoryError) || unread >= MAX_UNREAD_IN_A_ROW) throw error;
      watch.onRow({ ...UNREAD, account: name });
    }
  }
  watch.onProgress?.(due.length, due.length);
  if (lease !== undefined) {
    await tellFallback(sweeping, { unanswered, silenced });
    // A directory that shows no accounts at all is a fault: no number is removed because of it.
    if (accounts > 0) await forgetLostRelations(deps, lease, signal);
  }
  return accounts;
}

const UNREAD = {
  manager: null,
  stage: null,
  due: null,
  result: 'failed',
  reason: 'directoryUnavailable',
} as const;

/** Settles the reminders of an instance that died: no other instance sends while this one has the lease. */
async function settleLost(deps: SweepDeps, lease: SweepLease): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await lease.keep(tx);
    for (const reminder of await tx.settleLostReminders()) auditLost(tx, reminder);
  });
}

type DueName = Pick<SweptAccount, 'id' | 'name'>;

async function findDue(
  deps: SweepDeps,
  lease: SweepLease | undefined,
  signal: AbortSignal,
  { onRow, onPage }: Watch,
): Promise<{ readonly accounts: number; readonly due: readonly DueName[] }> {
  const { rotationDays, reminderDays, calendar } = deps.settings.rotation;
  const due: DueName[] = [];
  let accounts = 0;
  await deps.directory.sweepAccounts(async (page) => {
    accounts += page.length;
    const now = deps.store.now();
    for (const account of page) {
      const { id, name } = account;
      const rotation = rotationOf(account, rotationDays, now);
      if (typeof rotation === 'string') {
        const undated = { manager: null, stage: null, due: null, result: 'skipped' } as const;
        onRow({ ...undated, account: name, reason: rotation });
      } else if (stageAt(rotation, now, reminderDays, calendar) !== undefined) {
        due.push({ id, name });
      }
    }
    if (lease !== undefined) await noteOutsideChanges(deps, lease, page);
    await onPage?.(page);
  }, signal);
  return { accounts, due };
}

/**
 * Reminds of one account; reminders that the channel was too busy for come later, after the account was
 * read anew. Gives the due date where the account is overdue and none of its managers can be reached, and
 * until when a manager has silenced it.
 */
async function remindPatiently(
  sweeping: Reminding,
  accountId: string,
  { onRow }: Watch,
): Promise<{ readonly dueAt?: number | undefined; readonly silencedUntil?: number | undefined }> {
  const { deps, lease, signal } = sweeping;
  const rows = new Map<string, ReminderRow>();
  let dueAt: number | undefined;
  let silencedUntil: number | undefined;
  for (let tries = 1; tries <= MAX_TRIES_WHEN_BUSY; tries += 1) {
    signal.throwIfAborted();
    const found = await deps.directory.responsibilityFor(accountId, signal);
    if (lease !== undefined) await followAnswering(deps, found, lease, signal);
    const reminded = found && (await remindOf(sweeping, found));
    if (reminded === undefined) break;
    for (const [index, row] of reminded.rows.entries()) {
      const key = found?.managers[index]?.id ?? '';
      // A reminder sent in an earlier try is `already` sent in this one.
      if (rows.get(key)?.result !== 'sent') rows.set(key, row);
    }
    dueAt = reminded.isUnanswered ? reminded.dueAt : undefined;
    silencedUntil = reminded.silencedUntil;
    if (reminded.waitMs === undefined) break;
    await deps.delay(reminded.waitMs, signal);
  }
  for (const row of rows.values()) onRow(row);
  return { dueAt, silencedUntil };
}
