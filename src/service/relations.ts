import type { SweepDeps } from './deps.ts';
import { lockAccount } from './flows.ts';

const AT_ONCE = 100;
const MISSING_FOR_MS = 7 * 24 * 60 * 60_000;

/**
 * Removes the numbers of managers who have not answered for their account in any sweep for seven days
 * (requirement S7).
 * @throws DirectoryError; nobody's days are counted then.
 */
export async function forgetLostRelations(deps: SweepDeps, signal: AbortSignal): Promise<void> {
  let after = '';
  for (;;) {
    const accounts = await deps.store.read((reads) => reads.enrolledAccounts(after, AT_ONCE));
    for (const accountId of accounts) {
      await noteRelations(deps, accountId, await answering(deps, accountId, signal));
    }
    const last = accounts.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

/**
 * The directory entries of the enrolled managers who answer for the account now. Each is asked for
 * alone, as at a tap: who is missing in a list may only be missing in the list.
 */
async function answering(
  deps: SweepDeps,
  accountId: string,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const entries = await deps.store.read(async (reads) => {
    const managers = (await reads.enrollmentsOf(accountId)).map(({ manager }) => manager);
    const records = await Promise.all(managers.map((manager) => reads.manager(manager)));
    return records.flatMap((record) => record?.directoryId ?? []);
  });
  const found = new Set<string>();
  for (const entry of entries) {
    if ((await deps.directory.accountOf(entry, accountId, signal)) !== undefined) found.add(entry);
  }
  return found;
}

async function noteRelations(
  deps: SweepDeps,
  accountId: string,
  responsible: ReadonlySet<string>,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    for (const { id, manager } of await tx.enrollmentsOf(accountId)) {
      const entry = (await tx.manager(manager))?.directoryId;
      const isMissing = entry === undefined || !responsible.has(entry);
      const since = await tx.noteRelation(id, isMissing);
      if (since === undefined || tx.now - since < MISSING_FOR_MS) continue;
      await tx.removeEnrollment(id);
      const reason = 'notResponsible';
      tx.audit({
        event: 'enrollment.revoked',
        actor: 'system',
        account: accountId,
        result: 'ok',
        reason,
      });
    }
  });
}
