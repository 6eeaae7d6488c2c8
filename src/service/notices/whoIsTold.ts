import { maskMobile } from '../../domain/mobile.ts';
import { isSamePerson, type Locale, type ManagerKey } from '../../domain/parties.ts';
import type { NoticeEvent } from '../../ports/noticeView.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { Notice } from '../../ports/store/notices.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { namesAmong } from '../people/managers.ts';

/** The event that notices tell. */
export interface Reported {
  readonly event: NoticeEvent;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly accountName: string;
  readonly byName: string;
  /** The agent of the service desk who did it, or vouched for it. */
  readonly agentName?: string | undefined;
  readonly flow?: string | undefined;
  readonly until?: number | undefined;
  /** From when on the others are told; absent: at once. */
  readonly dueAt?: number | undefined;
}

/**
 * Adds the notices of a change: by SMS to the manager's own numbers, and in chat to the account's other
 * managers (requirement P13).
 */
export async function addNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  reported: Reported,
  ownMobiles: readonly string[],
): Promise<void> {
  const locale = await localeOf(deps, tx, reported.manager);
  const mobiles = [...new Set(ownMobiles)];
  await tx.addNotices(mobiles.map((mobile) => textTo(deps, tx, reported, mobile, locale)));
  const to = { channel: 'otherManagers', except: reported.manager } as const;
  await tx.addNotices([{ ...aboutOf(tx, reported), id: deps.random.id(), to }], reported.dueAt);
}

/** A number that is the manager's first for the account. */
export interface FirstNumber {
  readonly mobile: string;
  /** The number in the manager's own directory entry, in E.164. */
  readonly entryMobile: string | undefined;
  /** The manager, and the account's managers now and until now. */
  readonly managers: readonly DirectoryManager[];
}

/**
 * Adds the notices of a first enrollment, which a person who only borrows the manager's chat must not be
 * able to hide: to the colleagues' numbers too, to the manager's number in the directory and those enrolled
 * for other accounts, and to the manager's own chat by a new message (requirement A13).
 */
export async function addFirstEnrollmentNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  by: Omit<Reported, 'event'>,
  { mobile, entryMobile, managers }: FirstNumber,
): Promise<void> {
  const { manager, accountId } = by;
  await addNotices(deps, tx, { ...by, event: 'firstEnrollment' }, [mobile]);

  const entry = (await tx.manager(manager))?.directoryId;
  const told = new Set([mobile]);
  const notices: Notice[] = [];
  const own = { ...by, event: 'ownEnrollment' } as const;
  const locale = await localeOf(deps, tx, manager);
  const elsewhere = (await tx.enrollmentsOfManager(manager)).map((proven) => proven.mobile);
  for (const known of [...(entryMobile === undefined ? [] : [entryMobile]), ...elsewhere]) {
    if (told.has(known)) continue;
    told.add(known);
    notices.push(textTo(deps, tx, own, known, locale));
  }
  const toOthers = {
    ...by,
    event: 'firstEnrollment',
    byName: namesAmong(deps, [...managers, ...(await enrolledOf(tx, accountId))])(by.byName, entry),
  } as const;
  for (const other of await tx.enrollmentsOf(accountId)) {
    if (isSamePerson(other.manager, manager) || told.has(other.mobile)) continue;
    told.add(other.mobile);
    const theirs = await localeOf(deps, tx, other.manager);
    notices.push(textTo(deps, tx, toOthers, other.mobile, theirs));
  }
  notices.push({
    ...aboutOf(tx, own),
    id: deps.random.id(),
    maskedMobile: maskMobile(mobile),
    to: { channel: 'chat', manager },
  });
  await tx.addNotices(notices);
}

/** The managers enrolled for the account, under the names that the bot knows. */
export async function enrolledOf(
  reads: StoreReads,
  accountId: string,
): Promise<DirectoryManager[]> {
  const persons: DirectoryManager[] = [];
  for (const { manager } of await reads.enrollmentsOf(accountId)) {
    const { directoryId: id, displayName = '' } = (await reads.manager(manager)) ?? {};
    if (id !== undefined) persons.push({ id, displayName });
  }
  return persons;
}

function aboutOf(
  { now: at }: StoreTransaction,
  { event, accountId, accountName, byName, agentName, flow, until }: Reported,
): Omit<Notice, 'id' | 'to'> {
  return { event, accountId, accountName, byName, agentName, flow, until, at };
}

function textTo(
  { random }: Pick<Deps, 'random'>,
  tx: StoreTransaction,
  reported: Reported,
  mobile: string,
  locale: Locale,
): Notice {
  return {
    ...aboutOf(tx, reported),
    id: random.id(),
    to: { channel: 'sms', mobile, locale },
  };
}

async function localeOf(
  { settings }: Pick<Deps, 'settings'>,
  tx: StoreTransaction,
  manager: ManagerKey,
): Promise<Locale> {
  return (await tx.manager(manager))?.locale ?? settings.defaultLocale;
}

/** The same for an administrator's act: to the affected numbers, and to all the account's managers. */
export async function addAdminNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  event: 'revoke' | 'lockoutCleared',
  reported: Pick<Reported, 'accountId' | 'accountName' | 'byName' | 'agentName'>,
  concerned: readonly Enrollment[],
): Promise<void> {
  const { accountId, accountName, byName, agentName } = reported;
  const about = { event, accountId, accountName, byName, agentName, at: tx.now } as const;
  const notices: Notice[] = [];
  const owners: string[] = [];
  const ownerEntries: string[] = [];
  for (const { manager, mobile } of concerned) {
    const record = await tx.manager(manager);
    const {
      locale = deps.settings.defaultLocale,
      displayName = '',
      directoryId = '',
    } = record ?? {};
    owners.push(displayName);
    ownerEntries.push(directoryId);
    notices.push({ id: deps.random.id(), ...about, to: { channel: 'sms', mobile, locale } });
  }
  const whose = event === 'revoke' ? { owners, ownerEntries } : {};
  notices.push({ id: deps.random.id(), ...about, ...whose, to: { channel: 'otherManagers' } });
  await tx.addNotices(notices);
}

/**
 * The same for a number that was removed, or will be, because its manager no longer answers for the account:
 * to that manager.
 */
export async function addRemovalNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  reported: Pick<Notice, 'accountId' | 'accountName' | 'until'> & {
    readonly event: 'removal' | 'removalAhead';
  },
  { manager, mobile }: Enrollment,
): Promise<void> {
  const about = { ...reported, byName: '', at: tx.now };
  const locale = await localeOf(deps, tx, manager);
  await tx.addNotices([
    { id: deps.random.id(), ...about, to: { channel: 'sms', mobile, locale } },
    { id: deps.random.id(), ...about, to: { channel: 'chat', manager } },
  ]);
}
