import { managerName, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/directory.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import { deny } from './denials.ts';
import type { Deps } from '../deps.ts';
import { isSamePerson } from '../flow/flows.ts';
import { changeManagerIn } from './managers.ts';

/**
 * Pins a Teams person to an entry, unless the entry is another's: a UPN that is used again must not hand
 * over the former person's accounts.
 */
export async function pin(
  deps: Deps,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<DirectoryManager | 'notResponsible'> {
  const { id: directoryId, displayName } = entry;
  const isPinned = await deps.store.transaction(async (tx) => {
    // With two simultaneous persons, the second finds the first one's pin.
    await tx.lock(`entry:${directoryId}`);
    if (await isAnothers(tx, key, entry)) return false;
    await changeManagerIn(tx, { key }, (record) => ({ ...record, directoryId, displayName }));
    return true;
  });
  return isPinned ? entry : denyTaken(deps, key, entry);
}

/** Whether the entry names another Entra object id, or is pinned to another person of the tenant. */
export async function isAnothers(
  reads: Pick<StoreReads, 'managersByDirectoryId'>,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<boolean> {
  if (!namesPerson(entry, key)) return true;
  const pinned = await reads.managersByDirectoryId([entry.id]);
  const tenant = key.tenantId.toLowerCase();
  return pinned.some((one) => one.key.tenantId === tenant && !isSamePerson(one.key, key));
}

/** False where the entry names another person's Entra object id. */
export function namesPerson({ aadObjectId }: DirectoryManager, key: ManagerKey): boolean {
  return aadObjectId === undefined || aadObjectId.toLowerCase() === key.aadObjectId.toLowerCase();
}

/**
 * Removes an entry's pins, so that another Teams person can be found as it; gives the persons who were
 * pinned, as the audit names them.
 */
export async function unpin(
  { store }: Pick<Deps, 'store'>,
  { actor, entry }: { readonly actor: string; readonly entry: string },
): Promise<string[]> {
  return store.transaction(async (tx) => {
    await tx.lock(`entry:${entry}`);
    const keys = (await tx.managersByDirectoryId([entry])).map(({ key }) => key);
    for (const key of keys) {
      await changeManagerIn(tx, { key }, (record) => ({ ...record, directoryId: undefined }));
    }
    const names = keys.map(managerName);
    for (const reason of names.length === 0 ? [undefined] : names) {
      tx.audit({ event: 'admin.unpin', actor, result: 'ok', reason });
    }
    return names;
  });
}

/** Turns away a person who comes as the entry of another; an administrator has to find out who is right. */
export async function denyTaken(
  deps: Deps,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<'notResponsible'> {
  const fields = { alarm: 'entryOfAnother', manager: managerName(key), entry: entry.id };
  deps.log.error(fields, 'a person comes as a directory entry that belongs to another');
  return deny(deps, key);
}
