import { distinctNames } from '../../domain/names.ts';
import { managerName, type Locale, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { Store, StoreTransaction } from '../../ports/store/store.ts';

/** The person behind a tap, as the directory knows them now. */
export interface Manager {
  readonly key: ManagerKey;
  readonly locale: Locale;
  readonly entry: DirectoryManager;
}

/** The names of some of the managers, each by their entry's id, as the others are told them. */
export function namesAmong(
  { settings }: { readonly settings: { readonly desk: { readonly names: readonly string[] } } },
  managers: readonly DirectoryManager[],
): (name: string, entry: string | undefined) => string {
  const colleagues = managers.map(({ id, displayName: name }) => ({ id, name }));
  const nameOf = distinctNames(colleagues, settings.desk.names);
  return (name, entry) => nameOf(name, entry, managers.find(({ id }) => id === entry)?.address);
}

/**
 * Changes a manager's record, `initial` where there is none yet; gives the changed record. A record that
 * `change` gives back as it got it is not saved. Under a lock, since the record is written as a whole and
 * another tap may change another part of it.
 */
export function changeManager(
  { store }: { readonly store: Store },
  initial: ManagerRecord,
  change: (record: ManagerRecord) => ManagerRecord,
): Promise<ManagerRecord> {
  return store.transaction((tx) => changeManagerIn(tx, initial, change));
}

/** The same within a transaction. */
export async function changeManagerIn(
  tx: StoreTransaction,
  initial: ManagerRecord,
  change: (record: ManagerRecord) => ManagerRecord,
): Promise<ManagerRecord> {
  await tx.lock(`manager:${managerName(initial.key)}`);
  const record = (await tx.manager(initial.key)) ?? initial;
  const changed = change(record);
  if (changed !== record) await tx.saveManager(changed);
  return changed;
}
