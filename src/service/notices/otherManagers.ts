import { isSamePerson, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { ClaimedNotice, Notice } from '../../ports/store/notices.ts';
import { recipientsOf } from '../chat/recipients.ts';
import type { Deps } from '../deps.ts';
import { faultOf, seenInTime } from '../directoryFault.ts';
import { lockAccount } from '../flow/flows.ts';
import { namesAmong } from '../people/managers.ts';
import {
  noteAnswering,
  personOf,
  readAnswering,
  readFormer,
  type Answering,
} from '../people/responsibilityChanges.ts';
import { enrolledOf } from './whoIsTold.ts';

/** A crowd, or a late account, that is not read by then keeps nobody else from being told, ms. */
const READ_MS = 3_000;

/**
 * Makes a notice to the account's managers into cards for each of them, in its place.
 * @throws DirectoryError
 */
export async function addressOthers(
  deps: Deps,
  notice: ClaimedNotice,
  except: ManagerKey | undefined,
  isLate: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { accountId } = notice;
  const { persons, own, answering } = await audienceOf(deps, accountId, except, signal, isLate);
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, notice.accountId);
    // After a long pause of this instance another one has delivered it.
    if (!(await tx.removeNotice(notice))) return;
    // Another manager has resumed the reminders meanwhile: there is nothing to undo.
    const isNotNeeded = notice.event === 'notNeeded';
    const until = isNotNeeded ? await tx.silencedUntil(notice.accountId) : notice.until;
    if (isNotNeeded && until === undefined) return;
    if (answering !== undefined) await noteAnswering(deps, tx, answering);
    const known = [...persons, ...(await enrolledOf(tx, notice.accountId))];
    if (own !== undefined) known.unshift(own);
    const nameOf = namesAmong(deps, known);
    const byName = nameOf(notice.byName, own?.id);
    const owners = notice.owners?.map((name, at) => {
      const entry = notice.ownerEntries?.[at];
      return { entry, name: nameOf(name, entry) };
    });
    const notices: Notice[] = [];
    // Also to those from whose chats the bot was removed: whoever did it, the auditor sees that they were not told.
    for (const { key: manager, person } of await recipientsOf(deps, tx, persons)) {
      if (manager === undefined) continue;
      if (except !== undefined && isSamePerson(manager, except)) continue;
      const to = { channel: 'chat', manager } as const;
      // Each manager can undo it, from a button of their own.
      const handle = isNotNeeded ? deps.random.id() : undefined;
      if (handle !== undefined) {
        await tx.addButtons([{ handle, manager, accountId, undoes: until }]);
      }
      const id = deps.random.id();
      const others = owners?.filter(({ entry }) => entry !== person.id);
      notices.push({
        ...told(notice),
        until,
        byName,
        hasReader: others?.length !== owners?.length,
        owners: others?.map(({ name }) => name),
        handle,
        id,
        to,
      });
    }
    await tx.addNotices(notices);
  });
}

/** The notice without its recipient's parts. */
function told({
  event,
  accountId,
  accountName,
  byName,
  agentName,
  at,
  flow,
}: Notice): Omit<Notice, 'id' | 'to'> {
  return { event, accountId, accountName, byName, agentName, at, flow };
}

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
  const seenIn = (): Promise<Answering['seen']> =>
    store.read((reads) => reads.answering(accountId));
  const former =
    answering?.former ?? (await readFormer(deps, accountId, await seenIn(), [], signal));
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
