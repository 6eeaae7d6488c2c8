import { HOUR_MS } from '../../domain/durations.ts';
import { rotationOf, stageAt } from '../../domain/rotation/rotation.ts';
import type { SweptAccount } from '../../ports/account.ts';
import type { SweepDeps } from '../deps.ts';
import { createUnwatched } from './unwatched.ts';
import { noteOutsideChanges } from '../notices/outsideChanges.ts';
import { forgetLostRelations } from './lostRelations.ts';
import { remindOf, type ReminderRow } from '../reminders/reminders.ts';
import { settleLost } from '../reminders/sendOnce.ts';
import { createSendPace } from '../chat/sendPace.ts';
import { byHand, withSweepLease } from './sweepLease.ts';
import type { RunByHand, SweepLease, SweepOptions } from './sweepLease.ts';
import { sendPatiently, throughAccounts } from './sweeping.ts';
import { tellFallback, type Silenced, type Unanswered } from '../reminders/unanswered.ts';

const SWEEP_EVERY_MS = HOUR_MS;

/** A sweep as a whole, in the words of `admin sweep`. */
export interface SweepReport extends RunByHand {
  /** Accounts that the directory has. */
  readonly accounts: number;
  readonly reminders: readonly ReminderRow[];
}

/**
 * One sweep now, for `admin sweep`. Outside the sending hours and as a dry run it sends and changes
 * nothing and tells what would be sent; undefined where another instance is sweeping.
 * @throws DirectoryError where the accounts cannot be read.
 */
export async function sweepNow(
  deps: SweepDeps,
  { isDryRun, onProgress, onBegin }: SweepOptions,
  signal: AbortSignal,
): Promise<SweepReport | undefined> {
  const reminders: ReminderRow[] = [];
  const watch = { onRow: (row: ReminderRow) => reminders.push(row), onProgress, onBegin };
  return byHand(deps, { isDryRun, isSweep: true }, signal, async (run, lease, stopped) => {
    const accounts = await sweep(deps, lease, stopped, watch);
    return { ...run, accounts, reminders };
  });
}

/** The hourly sweep, if it is due and no other instance runs it; false where nothing was done. */
export async function sweepIfDue(deps: SweepDeps, signal: AbortSignal): Promise<boolean> {
  const results = new Map<string, number>();
  const count = ({ result }: ReminderRow): void => {
    results.set(result, (results.get(result) ?? 0) + 1);
  };
  const began = performance.now();
  const unwatched = createUnwatched(deps);
  const watch = { onRow: count, onUnwatched: unwatched.take };
  const accounts = await withSweepLease(
    deps,
    { everyMs: SWEEP_EVERY_MS },
    signal,
    async (lease) => {
      const swept = await sweep(deps, lease, lease.signal, watch);
      await unwatched.follow(lease, lease.signal);
      return swept;
    },
  );
  if (accounts === undefined) return false;
  const seconds = Math.round((performance.now() - began) / 1_000);
  deps.log.info({ accounts, seconds, ...Object.fromEntries(results) }, 'swept for due passwords');
  return true;
}

interface Watch {
  readonly onRow: (row: ReminderRow) => void;
  /** Accounts that nobody is enrolled for. */
  readonly onUnwatched?: (accounts: readonly SweptAccount[]) => Promise<void>;
  readonly onProgress?: SweepOptions['onProgress'] | undefined;
  readonly onBegin?: SweepOptions['onBegin'] | undefined;
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
  const { onRow, onProgress, onBegin } = watch;
  if (lease !== undefined) await onBegin?.();
  const onUnread = (account: string): void => {
    onRow(undatedRow(account, 'failed', 'directoryUnavailable'));
  };
  await throughAccounts(sweeping, due, { onProgress, onUnread }, async ({ id, name }) => {
    const reminded = await sendPatiently(sweeping, id, (found) => remindOf(sweeping, found), onRow);
    if (reminded === undefined) return;
    const { isUnanswered, dueAt, silencedUntil } = reminded;
    if (isUnanswered) unanswered.push({ name, dueAt });
    if (silencedUntil !== undefined) silenced.push({ name, until: silencedUntil });
  });
  if (lease !== undefined) {
    await tellFallback(sweeping, { unanswered, silenced });
    // A directory that shows no accounts at all is a fault: no number is removed because of it.
    if (accounts > 0) await forgetLostRelations(deps, lease, signal);
  }
  return accounts;
}

function undatedRow(account: string, result: 'failed' | 'skipped', reason: string): ReminderRow {
  return { account, manager: null, stage: null, due: null, result, reason };
}

type DueName = Pick<SweptAccount, 'id' | 'name'>;

async function findDue(
  deps: SweepDeps,
  lease: SweepLease | undefined,
  signal: AbortSignal,
  { onRow, onUnwatched }: Watch,
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
        onRow(undatedRow(name, 'skipped', rotation));
      } else if (stageAt(rotation, now, reminderDays, calendar) !== undefined) {
        due.push({ id, name });
      }
    }
    if (lease === undefined) return;
    const ids = page.map(({ id }) => id);
    const enrolled = new Set(await deps.store.read((reads) => reads.enrolledAmong(ids)));
    await noteOutsideChanges(
      deps,
      lease,
      page.filter(({ id }) => enrolled.has(id)),
    );
    await onUnwatched?.(page.filter(({ id }) => !enrolled.has(id)));
  }, signal);
  return { accounts, due };
}
