import type { ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { Deps } from '../deps.ts';
import { faultOf, seenInTime } from '../directoryFault.ts';
import {
  personOf,
  readAnswering,
  readFormer,
  type Answering,
} from '../people/responsibilityChanges.ts';
import { enrolledOf } from './whoIsTold.ts';

/** A crowd, or a late account, that is not read by then keeps nobody else from being told, ms. */
const READ_MS = 3_000;

/** The possible recipients of a notice to the account's managers. */
interface Audience {
  /** Each person once. */
  readonly persons: readonly DirectoryManager[];
  /** The manager who acted; absent where an administrator did. */
  readonly own: DirectoryManager | undefined;
  /** Absent where the account is gone. */
  readonly answering: Answering | undefined;
}

/**
 * The account's managers, and the managers when they were last seen: an attacker who made themselves the
 * only manager must not act unseen. An account that the directory does not show, or with `isLate` one that still
 * cannot be read, has those whom the store knows; whoever hides it or fills its groups must not keep them from
 * being told.
 */
export async function audienceOf(
  deps: Deps,
  accountId: string,
  except: ManagerKey | undefined,
  signal: AbortSignal,
  isLate = false,
): Promise<Audience> {
  const { directory, store, log } = deps;
  const found = isLate
    ? await withDeadline(READ_MS, signal, (deadline) =>
        directory.responsibilityFor(accountId, deadline).catch((error: unknown): undefined => {
          const { code } = faultOf(error);
          log.warn(
            { account: accountId, code },
            'an account could not be read: enrolled and former managers are told',
          );
        }),
      )
    : await directory.responsibilityFor(accountId, signal);
  const answering = await readAnswering(deps, found, signal);
  const former = answering?.former ?? (await readFormer(deps, accountId, [], signal));
  const known =
    found === undefined
      ? await store.read((reads) => enrolledOf(reads, accountId))
      : found.isCrowd
        ? await metInCrowd(deps, accountId, signal)
        : [];
  const persons = new Map(known.map((person) => [person.id, person]));
  for (const person of [...(answering?.managers ?? []), ...former]) persons.set(person.id, person);
  const entry = except && (await store.read((reads) => reads.manager(except)))?.directoryId;
  const read = found?.managers.find(({ id }) => id === entry);
  const own = entry === undefined ? undefined : (read ?? (await personOf(deps, entry, signal)));
  return { persons: [...persons.values()], own, answering };
}

/**
 * The persons of a crowd who have met the bot. Those who are enrolled belong to them, whoever the directory
 * names: it may not read so large a group to its end, or not in time.
 */
async function metInCrowd(
  { directory, store, log }: Deps,
  accountId: string,
  signal: AbortSignal,
): Promise<DirectoryManager[]> {
  const seen = await withDeadline(READ_MS, signal, (deadline) =>
    seenInTime(directory.managersOf(accountId, deadline), deadline, signal),
  );
  if (seen === undefined) {
    log.warn(
      { account: accountId },
      'a crowd could not be read in time: those who are enrolled are told',
    );
  }
  return store.read(async (reads) => {
    const met = await enrolledOf(reads, accountId);
    const records = await reads.managersByDirectoryId(seen ?? []);
    for (const { directoryId: id = '', displayName = '' } of records) met.push({ id, displayName });
    return met;
  });
}
