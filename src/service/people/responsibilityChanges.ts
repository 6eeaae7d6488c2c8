import type { Account, DirectoryManager, Responsibility } from '../../ports/account.ts';
import { managerName, type ManagerKey } from '../../domain/parties.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { SweepDeps } from '../deps.ts';
import { withDeadline } from '../../ports/deadline.ts';
import { seenInTime } from '../directoryFault.ts';
import { lockAccount } from '../flow/flows.ts';
import { enrolledOf } from '../notices/whoIsTold.ts';
import { namesAmong } from './managers.ts';
import { joined, listOf, untoldName } from './untoldChange.ts';
import { recipientsOf } from '../chat/recipients.ts';
import type { SweepLease } from '../upkeep/sweepLease.ts';

/** Remembered instead of the persons of a crowd, who come and go every day. */
const CROWD = 'crowd';
/** Former managers who are not read by then are told all the same, by what the bot knows of them, ms. */
const FORMER_MS = 3_000;

/** The account's managers now, and the former ones, as the directory has them. */
export interface Answering extends Pick<Responsibility, 'managers' | 'isCrowd'> {
  readonly account: Pick<Account, 'id' | 'name'>;
  readonly former: readonly DirectoryManager[];
  /** The managers when they were last seen, by their entries; absent where they never were. */
  readonly seen: readonly string[] | undefined;
}

/** Reads what `noteAnswering` needs; undefined where the account is gone. */
export async function readAnswering(
  deps: Pick<SweepDeps, 'store' | 'directory' | 'log'>,
  responsibility: Responsibility | undefined,
  signal: AbortSignal,
): Promise<Answering | undefined> {
  if (responsibility === undefined) return undefined;
  const { account, managers, isCrowd } = responsibility;
  const seen = await deps.store.read((reads) => reads.answering(account.id));
  const gone = await readFormer(deps, account.id, seen, managers, signal);
  if (isCrowd) return { account, managers, isCrowd, former: gone, seen };
  const stays = await answeringAlone(deps, account.id, gone, signal);
  const former = gone.filter((person) => !stays.includes(person));
  return { account, managers: [...managers, ...stays], isCrowd, former, seen };
}

/**
 * Those of the persons who answer for the account still, asked for alone as at a tap: the list leaves out who
 * stands in a group whose members the bot may not read.
 */
function answeringAlone(
  { directory }: Pick<SweepDeps, 'directory'>,
  accountId: string,
  persons: readonly DirectoryManager[],
  signal: AbortSignal,
): Promise<DirectoryManager[]> {
  return withDeadline(FORMER_MS, signal, async (deadline) => {
    const answering: DirectoryManager[] = [];
    for (const person of persons) {
      if (deadline.aborted) break;
      const look = directory.accountOf({ id: person.id }, accountId, deadline);
      if ((await seenInTime(look, deadline, signal)) !== undefined) answering.push(person);
    }
    return answering;
  });
}

/** The managers of when they were last `seen`, without the given; for a crowd none. */
export async function readFormer(
  deps: Pick<SweepDeps, 'directory' | 'log'>,
  accountId: string,
  seen: Answering['seen'],
  managers: readonly DirectoryManager[],
  signal: AbortSignal,
): Promise<DirectoryManager[]> {
  const gone = (seen ?? []).filter(
    (id) => id !== CROWD && managers.every((manager) => manager.id !== id),
  );
  return withDeadline(FORMER_MS, signal, async (deadline) => {
    const former: DirectoryManager[] = [];
    let unread = 0;
    for (const id of gone) {
      const look = deadline.aborted ? undefined : personOf(deps, id, deadline);
      const person = look && (await seenInTime(look, deadline, signal));
      if (person === undefined) unread += 1;
      former.push(person ?? { id, displayName: '' });
    }
    if (unread > 0) {
      deps.log.warn({ account: accountId, unread }, 'former managers are not read in time');
    }
    return former;
  });
}

/** The person of that entry, without a name where it is gone. */
export async function personOf(
  { directory }: Pick<SweepDeps, 'directory'>,
  id: string,
  signal: AbortSignal,
): Promise<DirectoryManager> {
  return (await directory.managerById(id, signal)) ?? { id, displayName: '' };
}

function entriesOf({ managers, isCrowd }: Pick<Answering, 'managers' | 'isCrowd'>): string[] {
  return isCrowd ? [CROWD] : managers.map(({ id }) => id);
}

/**
 * Remembers the account's managers. Tells the former managers of every change since, also one made in the
 * directory: an attacker who may write there must not get in unseen.
 */
export async function noteAnswering(
  deps: Pick<SweepDeps, 'settings'>,
  tx: StoreTransaction,
  answering: Omit<Answering, 'seen'>,
): Promise<void> {
  const { account, managers, isCrowd, former } = answering;
  const before = await tx.answering(account.id);
  const entries = entriesOf(answering);
  const added = entries.filter((entry) => before?.includes(entry) === false);
  const removed = (before ?? []).filter((entry) => !entries.includes(entry));
  if (before !== undefined && added.length === 0 && removed.length === 0) return;
  await tx.rememberAnswering(account.id, entries);
  if (before === undefined) return;

  const audited = { actor: 'system', account: account.id, result: 'ok' } as const;
  for (const reason of reasonsOf(added, removed)) {
    tx.audit({ event: 'responsibility.changed', ...audited, reason });
  }
  if (await tx.endSilence(account.id)) {
    const why = 'responsibilityChanged';
    tx.audit({ event: 'reminder.notNeededUndone', ...audited, reason: why });
  }

  const enrolled = await enrolledOf(tx, account.id);
  const known = [...managers, ...former, ...enrolled];
  const told = before.includes(CROWD) ? enrolled.map(({ id }) => id) : before;
  const names = new Map<string, string>();
  const nameOf = namesAmong(deps, known);
  const persons = told.map(
    (entry) => known.find(({ id }) => id === entry) ?? { id: entry, displayName: '' },
  );
  const readers = new Map<string, { readonly reader: string; readonly manager: ManagerKey }>();
  for (const { person, key: manager } of await recipientsOf(deps, tx, persons)) {
    const record = manager && person.displayName === '' ? await tx.manager(manager) : undefined;
    names.set(person.id, record?.displayName ?? person.displayName);
    if (manager === undefined) continue;
    // One for each reader and account waits to be told, however often a writer of the directory changes it.
    const id = `change ${account.id} ${managerName(manager)}`;
    readers.set(id, { reader: person.id, manager });
  }
  const isNew = new Set(added);
  const here = managers.map(({ id: entry, displayName }) => ({
    entry,
    name: nameOf(displayName, entry),
  }));
  const came = here.filter(({ entry }) => isNew.has(entry));
  // A manager missing from a crowd's list may still be a manager.
  const gone = (isCrowd ? [] : removed).map((entry) => ({
    entry,
    name: nameOf(names.get(entry) ?? '', entry),
  }));
  const isHere = new Set(entries);
  const waiting = await tx.waitingNotices([...readers.keys()]);
  const untold = new Map(waiting.map((notice) => [notice.id, notice]));
  await tx.addNotices(
    [...readers].map(([id, { reader, manager }]) => {
      const first = untold.get(id);
      const others = gone
        .map(({ entry, name }) => ({ entry, name: name || untoldName(first, entry) }))
        .filter(({ entry, name }) => entry !== reader && name !== '');
      const [addedFirst, removedFirst] = [listOf(first, 'added'), listOf(first, 'removed')];
      const joining = joined(addedFirst, came, (entry) => isCrowd || isHere.has(entry), {
        more: isCrowd ? addedFirst.more : 0,
        // It is not known which of these came unnamed before: all of them answer now.
        among: addedFirst.more === 0 ? [] : here.filter(({ entry }) => entry !== reader),
      });
      const back = came.filter(({ entry }) => !removedFirst.entries.includes(entry));
      const leaving = joined(removedFirst, others, (entry) => !isHere.has(entry), {
        more: Math.max(0, removedFirst.more - back.length),
      });
      const wasReader = first?.hasReader === true && !isHere.has(reader);
      return {
        id,
        event: 'responsibilityChanged',
        accountId: account.id,
        accountName: account.name,
        byName: '',
        at: tx.now,
        // Without this one change an hour would put off for ever the alarm for a notice that nobody gets.
        noticedAt: first?.noticedAt ?? tx.now,
        to: { channel: 'chat', manager },
        hasReader: wasReader || gone.some(({ entry }) => entry === reader),
        added: joining.names,
        addedEntries: joining.entries,
        removed: leaving.names,
        removedEntries: leaving.entries,
        more: { added: joining.more, removed: leaving.more },
      };
    }),
  );
}

/** An audit row names no more. */
const AUDITED_TOGETHER = 20;

/** The audit of a change: how many came and went, and each of them by their entry, in as many rows as it takes. */
function reasonsOf(added: readonly string[], removed: readonly string[]): string[] {
  const word = removed.length === 0 ? 'added' : added.length === 0 ? 'removed' : 'replaced';
  const counts = [
    ...(added.length === 0 ? [] : [`+${String(added.length)}`]),
    ...(removed.length === 0 ? [] : [`-${String(removed.length)}`]),
  ];
  const who = [...added.map((entry) => `+${entry}`), ...removed.map((entry) => `-${entry}`)];
  const reasons: string[] = [];
  for (let at = 0; at < who.length; at += AUDITED_TOGETHER) {
    reasons.push([word, ...counts, ...who.slice(at, at + AUDITED_TOGETHER)].join(' '));
  }
  return reasons;
}

/** The same for an account that a sweep has read. */
export async function followAnswering(
  deps: SweepDeps,
  responsibility: Responsibility | undefined,
  lease: SweepLease,
  signal: AbortSignal,
): Promise<void> {
  const answering = await readAnswering(deps, responsibility, signal);
  if (answering === undefined) return;
  const { seen } = answering;
  const entries = entriesOf(answering);
  // Usually the managers are as seen: then there is no lock to take.
  if (seen?.length === entries.length && entries.every((entry) => seen.includes(entry))) return;
  await deps.store.transaction(async (tx) => {
    await lockAccount(tx, answering.account.id);
    await lease.keep(tx);
    await noteAnswering(deps, tx, answering);
  });
}
