import { managerName, type ManagerKey } from '../domain/parties.ts';
import type { Deps } from './deps.ts';

/** The one answer to one who is not let in; the auditor is told. */
export async function deny(deps: Deps, key: ManagerKey): Promise<'notResponsible'> {
  await auditDenied(deps, key);
  return 'notResponsible';
}

/** Tells the auditor of somebody who reached for what is not theirs. */
export async function auditDenied(deps: Deps, key: ManagerKey, accountId?: string): Promise<void> {
  await deps.store.transaction((tx) => {
    tx.audit({
      event: 'access.denied',
      actor: managerName(key),
      account: accountId,
      result: 'refused',
      reason: 'notResponsible',
    });
    return Promise.resolve();
  });
}
