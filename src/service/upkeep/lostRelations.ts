import { DAY_MS } from '../../domain/durations.ts';
import type { SweepDeps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import { addRemovalNotices } from '../notices/whoIsTold.ts';
import { followAnswering } from '../people/responsibilityChanges.ts';
import { pastUnreadable } from './sweeping.ts';
import type { SweepLease } from './sweepLease.ts';

const AT_ONCE = 100;
const MISSING_FOR_MS = 7 * DAY_MS;
const TOLD_BEFORE_MS = 2 * DAY_MS;

/**
 * Looks for the managers of each account that has a number, and removes the numbers of managers who have
 * not been seen as the account's manager in any sweep for seven days (requirement S7); two days before, the
 * number and the manager are told.
 * @throws DirectoryError where the directory is away. No days are counted for an account that is not read.
 */
export async function forgetLostRelations(
  deps: SweepDeps,
  lease: SweepLease,
  signal: AbortSignal,
): Promise<void> {
  const unlessUnreadable = pastUnreadable(deps, signal);
  let after = '';
  for (;;) {
    const accounts = await deps.store.read((reads) => reads.enrolledAccounts(after, AT_ONCE));
    for (const accountId of accounts) {
      await unlessUnreadable(accountId, async () => {
        const found = await deps.directory.responsibilityFor(accountId, signal);
        await followAnswering(deps, found, lease, signal);
        await noteRelations(deps, accountId, await look(deps, accountId, signal));
      });
    }
    const last = accounts.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/** The directory's answer about an account that has an enrollment. */
interface Seen {
  /** Absent where it is gone. */
  readonly accountName: string | undefined;
  /** The directory entries of the enrolled managers who are still the account's managers. */
  readonly answering: ReadonlySet<string>;
}

/** Each enrolled manager is asked for alone, as at a tap: a name missing in a list proves nothing. */
async function look(deps: SweepDeps, accountId: string, signal: AbortSignal): Promise<Seen> {
  const { store, directory } = deps;
  const entries = await store.read(async (reads) => {
    const enrolled = await reads.enrollmentsOf(accountId);
    const records = await reads.managers(enrolled.map(({ manager }) => manager));
    return records.flatMap(({ directoryId }) => directoryId ?? []);
  });
  const answering = new Set<string>();
  let accountName: string | undefined;
  for (const entry of entries) {
    const account = await directory.accountOf({ id: entry }, accountId, signal);
    if (account === undefined) continue;
    answering.add(entry);
    accountName = account.name;
  }
  accountName ??= (await directory.responsibilityFor(accountId, signal))?.account.name;
  return { accountName, answering };
}

async function noteRelations(
  deps: SweepDeps,
  accountId: string,
  { accountName: seenName, answering }: Seen,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    for (const enrollment of await tx.enrollmentsOf(accountId)) {
      const { id, manager } = enrollment;
      const entry = (await tx.manager(manager))?.directoryId;
      const isMissing = entry === undefined || !answering.has(entry);
      const since = await tx.noteRelation(id, isMissing);
      if (since === undefined) continue;
      const until = since + MISSING_FOR_MS;
      const isOver = tx.now >= until;
      if (!isOver && (tx.now < until - TOLD_BEFORE_MS || !(await tx.tellRemoval(id)))) continue;
      const accountName = seenName ?? (await tx.rememberedAccount(accountId))?.name ?? accountId;
      const about = { accountId, accountName };
      if (!isOver) {
        await addRemovalNotices(deps, tx, { event: 'removalAhead', ...about, until }, enrollment);
        continue;
      }
      await tx.removeEnrollment(id);
      const reason = 'notResponsible';
      tx.audit({
        event: 'enrollment.revoked',
        actor: 'system',
        account: accountId,
        result: 'ok',
        reason,
      });
      await addRemovalNotices(deps, tx, { event: 'removal', ...about }, enrollment);
    }
  });
}
