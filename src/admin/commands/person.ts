import { managerName, type ManagerKey } from '../../domain/parties.ts';
import { DirectoryError } from '../../ports/directory.ts';
import { CommandFailure, LOOKUP_MS, type Workplace } from '../command.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The id of the directory entry that WHO names. One that is typed is good without the directory: the entry
 * may be gone.
 * @throws CommandFailure where there is none, or several
 */
export async function entryOf(place: Workplace, who: string): Promise<string> {
  const id = who.toLowerCase();
  if (GUID.test(id)) return id;
  const name = JSON.stringify(who);
  try {
    const person = await place.directory().findPerson(who, AbortSignal.timeout(LOOKUP_MS));
    if (person !== undefined) return person.id;
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    throw new CommandFailure(`${name}: the directory does not answer (${error.code})`);
  }
  throw new CommandFailure(`${name}: the directory has no such enabled person, or several`);
}

/**
 * The account's managers that WHO names: by their entry, or as `status` names them, which also finds a
 * manager who is disabled or gone.
 * @throws CommandFailure where the bot knows none
 */
export async function managersOf(
  place: Workplace,
  who: string,
  accountId: string,
): Promise<readonly ManagerKey[]> {
  const name = who.toLowerCase();
  const store = await place.store();
  const isNamed = (key: ManagerKey): boolean =>
    [key.aadObjectId.toLowerCase(), managerName(key).toLowerCase()].includes(name);
  const numbers = await store.transaction((tx) => tx.enrollmentsOf(accountId));
  const known = numbers.map(({ manager }) => manager).filter(isNamed);
  if (known.length > 0) return known;
  const entry = await entryOf(place, who);
  const pinned = await store.transaction((tx) => tx.managersByDirectoryId([entry]));
  if (pinned.length > 0) return pinned.map(({ key }) => key);
  throw new CommandFailure(`${JSON.stringify(who)}: the bot knows no such manager`);
}
