import { isSamePerson, managerName, namesPerson, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { Deps } from '../deps.ts';
import type { Person } from '../input.ts';
import { changeManager, changeManagerIn } from './managers.ts';
import type { StoreReads } from '../../ports/store/store.ts';

/** Why a person is not let in. */
export type NotLetIn = 'notResponsible' | 'temporarilyUnavailable';

/** The person's record, made or updated with the address of this tap. */
export async function meet(
  deps: Deps,
  { key, address }: Pick<Person, 'key' | 'address'>,
  isReachable: boolean,
  known: ManagerRecord = { key },
): Promise<ManagerRecord> {
  const heardFrom = isReachable ? address : undefined;
  if (known.address === heardFrom) return known;
  return changeManager(deps, { key }, (record) => ({ ...record, address: heardFrom }));
}

/**
 * Finds the directory entry of the person. The first match is pinned: a Teams account that later
 * shows another one's address does not become that other one.
 * @throws DirectoryError where the directory does not answer.
 */
export async function identify(
  deps: Deps,
  person: Person,
  record: ManagerRecord,
  signal: AbortSignal,
): Promise<DirectoryManager | NotLetIn> {
  const { roster } = person;
  if (roster.status === 'notAllowed') return deny(deps, person.key);
  const query =
    roster.status === 'member'
      ? { upn: roster.upn, mail: roster.mail, aadObjectId: person.key.aadObjectId }
      : undefined;
  const found = query === undefined ? undefined : await deps.directory.findManager(query, signal);
  if (record.directoryId !== undefined) {
    if (found?.id === record.directoryId) return letIn(deps, person.key, found);
    const pinned = await deps.directory.managerById(record.directoryId, signal);
    if (pinned !== undefined) {
      // An address may be missing, or have changed in the directory first; another's is refused.
      const isOwn =
        query === undefined || (await deps.directory.fitting(query, signal)).length === 0;
      if (isOwn) return letIn(deps, person.key, pinned);
      // Also where the own entry fits too: whoever may write an address could keep the person out, unseen.
      return denyTaken(deps, person.key, pinned, OTHERS_ADDRESS);
    }
  }
  if (query === undefined) return 'temporarilyUnavailable';
  if (found === undefined) {
    const fitting = await deps.directory.fitting(query, signal);
    return fitting.length > 1
      ? denyTaken(
          deps,
          person.key,
          { id: undefined },
          'the address of a person fits several entries',
        )
      : deny(deps, person.key);
  }
  // The person's own entry may be there still, though disabled: no other takes its place before it is gone.
  const { directoryId: id } = record;
  return id !== undefined && (await deps.directory.hasEntry(id, signal))
    ? denyTaken(deps, person.key, { id }, OTHERS_ADDRESS)
    : pin(deps, person.key, found);
}

const OTHERS_ADDRESS = 'the address of a pinned person fits another entry';

async function letIn(
  deps: Deps,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<DirectoryManager | NotLetIn> {
  const isTaken = await deps.store.read((reads) => isAnothers(reads, key, entry));
  return isTaken ? denyTaken(deps, key, entry) : entry;
}

/**
 * Pins a Teams person to an entry, unless the entry is another's: a UPN that is used again must not hand
 * over the former person's accounts.
 */
async function pin(
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
async function isAnothers(
  reads: Pick<StoreReads, 'managersByDirectoryId'>,
  key: ManagerKey,
  entry: DirectoryManager,
): Promise<boolean> {
  if (!namesPerson(entry, key)) return true;
  const pinned = await reads.managersByDirectoryId([entry.id]);
  const tenant = key.tenantId.toLowerCase();
  return pinned.some((one) => one.key.tenantId === tenant && !isSamePerson(one.key, key));
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

/** Turns away a person whose entry or address is another's too; an administrator has to find out who is right. */
async function denyTaken(
  deps: Deps,
  key: ManagerKey,
  entry: { readonly id: string | undefined },
  what = 'a person comes as a directory entry that belongs to another',
): Promise<'notResponsible'> {
  const fields = { alarm: 'entryOfAnother', manager: managerName(key), entry: entry.id };
  deps.log.error(fields, what);
  return deny(deps, key);
}

/** The one answer to a person who is turned away; the auditor is told. */
async function deny(
  { denials }: Pick<Deps, 'denials'>,
  key: ManagerKey,
): Promise<'notResponsible'> {
  denials.foundNothing(key);
  await denials.audit(key, undefined);
  return 'notResponsible';
}
