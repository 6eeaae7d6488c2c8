import { managerName, type Locale, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/directory.ts';
import type { Address } from '../../ports/notifier.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import type { SweepDeps } from '../deps.ts';
import { changeManager } from '../people/managers.ts';
import { namesPerson } from '../people/people.ts';

/** A recipient of a reminder, and the way there. */
export interface Recipient {
  /** As the reminder's row names them. */
  readonly name: string;
  readonly person: DirectoryManager;
  readonly locale: Locale;
  /** Absent for a person whom the bot does not know in Teams. */
  readonly key?: ManagerKey | undefined;
  /** Absent where there is no way to them. */
  readonly way?: Way | undefined;
}

/**
 * A chat with the manager, and what is kept of them once it was opened. Without an address it has to be
 * opened first.
 */
export type Way = Pick<ManagerRecord, 'key' | 'directoryId' | 'displayName' | 'address'>;

/**
 * Finds a directory person's Teams address. A person whom the bot has met is reached where they were last,
 * unless the bot was removed there; any other person by the Entra object id.
 */
export async function recipientOf(
  deps: Pick<SweepDeps, 'settings'>,
  reads: StoreReads,
  person: DirectoryManager,
): Promise<Recipient> {
  const { tenantId, defaultLocale } = deps.settings;
  const record = await recordOf(reads, person, tenantId);
  const { id: directoryId, displayName } = person;
  if (record !== undefined) {
    const { key, address, locale = defaultLocale } = record;
    return {
      name: managerName(key),
      person,
      locale,
      key,
      way: address === undefined ? undefined : { key, directoryId, displayName, address },
    };
  }
  if (person.aadObjectId === undefined || tenantId === '') {
    return { name: `entry:${person.id}`, person, locale: defaultLocale };
  }
  const key = { tenantId, aadObjectId: person.aadObjectId };
  return {
    name: managerName(key),
    person,
    locale: defaultLocale,
    key,
    way: { key, directoryId, displayName },
  };
}

async function recordOf(
  reads: StoreReads,
  person: DirectoryManager,
  tenantId: string,
): Promise<ManagerRecord | undefined> {
  const { id, aadObjectId } = person;
  const pinned = await reads.managersByDirectoryId([id]);
  const records = pinned.filter(({ key }) => namesPerson(person, key));
  const known = records.find(({ address }) => address !== undefined) ?? records[0];
  if (known !== undefined || aadObjectId === undefined || tenantId === '') return known;
  return reads.manager({ tenantId, aadObjectId });
}

/** Remembers a chat that was opened, or that there is none (requirement N7): installing the bot restores it. */
export async function rememberWay(
  deps: Pick<SweepDeps, 'store'>,
  { key, directoryId, displayName, address: tried }: Way,
  address: Address | undefined,
): Promise<void> {
  await changeManager(deps, { key, directoryId, displayName }, (record) => {
    // An address that the person has used meanwhile is newer than the one tried here.
    return record.address === tried ? { ...record, address } : record;
  });
}
