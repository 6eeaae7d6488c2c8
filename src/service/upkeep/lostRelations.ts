import { DAY_MS } from '../../domain/durations.ts';
import type { SweepDeps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import { addRemovalNotices, enrolledOf } from '../notices/whoIsTold.ts';
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
        const answering = await answeringOf(deps, accountId, signal);
        await noteRelations(deps, { id: accountId, name: found?.account.name }, answering);
      });
    }
    const last = accounts.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/**
 * The directory entries of the enrolled managers who answer for the account still. Each is asked for alone, as at a
 * tap: a name missing in a list proves nothing.
 */
async function answeringOf(
  deps: SweepDeps,
  accountId: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { store, directory } = deps;
  const enrolled = await store.read((reads) => enrolledOf(reads, accountId));
  const answering = new Set<string>();
  for (const { id } of enrolled) {
    if ((await directory.accountOf({ id }, accountId, signal)) !== undefined) answering.add(id);
  }
  return answering;
}

async function noteRelations(
  deps: SweepDeps,
  { id: accountId, name }: { readonly id: string; readonly name: string | undefined },
  answering: ReadonlySet<string>,
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
      const accountName = name ?? (await tx.rememberedAccount(accountId))?.name ?? accountId;
      const told = { accountId, accountName };
      if (!isOver) {
        await addRemovalNotices(deps, tx, { event: 'removalAhead', ...told, until }, enrollment);
        continue;
      }
      await tx.removeEnrollment(id);
      const about = { actor: 'system', account: accountId, reason: 'notResponsible' } as const;
      tx.audit({ event: 'enrollment.revoked', result: 'ok', ...about });
      await addRemovalNotices(deps, tx, { event: 'removal', ...told }, enrollment);
    }
  });
}
