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
      const responsible = await deps.directory.managersOf(accountId, signal);
      await noteRelations(deps, accountId, responsible);
    }
    const last = accounts.at(-1);
    if (last === undefined) return;
    after = last;
  }
}

async function noteRelations(
  deps: SweepDeps,
  accountId: string,
  responsible: readonly string[],
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    for (const { id, manager } of await tx.enrollmentsOf(accountId)) {
      const entry = (await tx.manager(manager))?.directoryId;
      const isMissing = entry === undefined || !responsible.includes(entry);
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
