import { managerName, type ManagerKey } from '../domain/parties.ts';
import type { ManagerRecord } from '../ports/records.ts';
import type { Deps } from './deps.ts';

/**
 * Changes what is kept of a manager; gives it as it is then. `change` gets undefined where nothing is
 * kept yet, and gives undefined where nothing is to change. Under a lock, since the record is written
 * as a whole and another tap may change another part of it.
 */
export function changeManager(
  { store }: Pick<Deps, 'store'>,
  key: ManagerKey,
  change: (record: ManagerRecord | undefined) => ManagerRecord | undefined,
): Promise<ManagerRecord | undefined> {
  return store.transaction(async (tx) => {
    await tx.lock(`manager:${managerName(key)}`);
    const record = await tx.manager(key);
    const changed = change(record);
    if (changed !== undefined) await tx.saveManager(changed);
    return changed ?? record;
  });
}
