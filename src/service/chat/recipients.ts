import {
  managerName,
  namesPerson,
  type Locale,
  type ManagerKey,
  type Address,
} from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { StoreReads } from '../../ports/store/store.ts';
import type { SweepDeps } from '../deps.ts';
import { changeManager } from '../people/managers.ts';

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

type Teams = Pick<SweepDeps, 'settings'>;

/**
 * Finds a directory person's Teams address. A person whom the bot has met is reached where they were last,
 * unless the bot was removed there; any other person by the Entra object id.
 */
export async function recipientOf(
  deps: Teams,
  reads: StoreReads,
  person: DirectoryManager,
): Promise<Recipient> {
  const records = await recordsOf(deps, reads, [person]);
  return toRecipient(deps, person, records.get(person.id));
}

/** The same for each of many, in two statements. */
export async function recipientsOf(
  deps: Teams,
  reads: StoreReads,
  persons: readonly DirectoryManager[],
): Promise<Recipient[]> {
  const records = await recordsOf(deps, reads, persons);
  return persons.map((person) => toRecipient(deps, person, records.get(person.id)));
}

function toRecipient(
  deps: Teams,
  person: DirectoryManager,
  record: ManagerRecord | undefined,
): Recipient {
  const { id: directoryId, displayName } = person;
  const { key = entraKeyOf(deps, person), address, locale } = record ?? {};
  // A person whom the bot has met is not reached where it was removed.
  const isReached = record === undefined || address !== undefined;
  return {
    name: key === undefined ? `entry:${directoryId}` : managerName(key),
    person,
    locale: locale ?? deps.settings.defaultLocale,
    key,
    way: key && isReached ? { key, directoryId, displayName, address } : undefined,
  };
}

function entraKeyOf(
  { settings: { tenantId } }: Teams,
  { aadObjectId }: DirectoryManager,
): ManagerKey | undefined {
  return aadObjectId === undefined || tenantId === '' ? undefined : { tenantId, aadObjectId };
}

/** The bot's records of the persons, by the ids of their entries. */
async function recordsOf(
  deps: Teams,
  reads: StoreReads,
  persons: readonly DirectoryManager[],
): Promise<Map<string, ManagerRecord>> {
  const pinned = Map.groupBy(
    await reads.managersByDirectoryId(persons.map(({ id }) => id)),
    ({ directoryId }) => directoryId,
  );
  const records = new Map<string, ManagerRecord>();
  const unmet: { readonly entry: string; readonly key: ManagerKey }[] = [];
  for (const person of persons) {
    const own = (pinned.get(person.id) ?? []).filter(({ key }) => namesPerson(person, key));
    const known = own.find(({ address }) => address !== undefined) ?? own[0];
    const key = entraKeyOf(deps, person);
    if (known !== undefined) records.set(person.id, known);
    else if (key !== undefined) unmet.push({ entry: person.id, key });
  }
  const others = await reads.managers(unmet.map(({ key }) => key));
  const named = new Map(others.map((record) => [managerName(record.key), record]));
  for (const { entry, key } of unmet) {
    const record = named.get(managerName(key));
    if (record !== undefined) records.set(entry, record);
  }
  return records;
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
