import { withDeadline } from '../../ports/deadline.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { Account } from '../../ports/account.ts';
import { CommandFailure, LOOKUP_MS } from '../command.ts';
import type { Workplace } from '../command.ts';
import { managerName } from '../../domain/parties.ts';
import type { ManagerKey } from '../../domain/parties.ts';

/** The account that a command is about. */
export interface AskedAccount {
  readonly id: string;
  readonly name: string;
  /** As the directory has it now; absent where it does not answer or no longer knows it. */
  readonly account: Account | undefined;
  /** Why the directory's part is missing. */
  readonly fault: string | undefined;
}

/**
 * Finds ACCOUNT in the directory, else in the bot's own records: a lost phone is revoked although the
 * directory is down or the account is gone.
 * @throws CommandFailure where neither knows it
 */
export async function findAccount(place: Workplace, nameOrId: string): Promise<AskedAccount> {
  const found = await askDirectory(place, nameOrId);
  if (found.account !== undefined) {
    const { id, name } = found.account;
    return { id, name, ...found };
  }
  const store = await place.store();
  const remembered = await store.transaction((tx) => tx.rememberedAccount(nameOrId));
  if (remembered === undefined) {
    throw new CommandFailure(`${JSON.stringify(nameOrId)}: ${found.fault ?? ''}`);
  }
  return { id: remembered.id, name: remembered.name ?? remembered.id, ...found };
}

async function askDirectory(
  place: Workplace,
  nameOrId: string,
): Promise<Pick<AskedAccount, 'account' | 'fault'>> {
  try {
    const account = await withDeadline(LOOKUP_MS, undefined, (signal) =>
      place.directory().findAccount(nameOrId, signal),
    );
    const fault = account === undefined ? 'the directory has no such shared account' : undefined;
    return { account, fault };
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    return { account: undefined, fault: `the directory does not answer (${error.code})` };
  }
}

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
    const person = await withDeadline(LOOKUP_MS, undefined, (signal) =>
      place.directory().findPerson(who, signal),
    );
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
