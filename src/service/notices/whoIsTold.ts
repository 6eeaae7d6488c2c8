import { maskMobile } from '../../domain/mobile.ts';
import { isSamePerson, type Locale, type ManagerKey } from '../../domain/parties.ts';
import type { DirectoryManager } from '../../ports/account.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { Notice } from '../../ports/store/notices.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { namesAmong } from '../people/managers.ts';

/** The parts of a notice that all its recipients are told. */
type Told = Pick<
  Notice,
  'event' | 'accountId' | 'accountName' | 'byName' | 'agentName' | 'flow' | 'until'
>;

/** A manager's act that notices tell. */
export interface Reported extends Told {
  readonly manager: ManagerKey;
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
  const texts = [...new Set(ownMobiles)].map((mobile) =>
    noticeTo(deps, tx, reported, { channel: 'sms', mobile, locale }),
  );
  await tx.addNotices(texts);
  const to = { channel: 'otherManagers', except: reported.manager } as const;
  await tx.addNotices([noticeTo(deps, tx, reported, to)], reported.dueAt);
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

  const { directoryId: entry, locale = deps.settings.defaultLocale } =
    (await tx.manager(manager)) ?? {};
  const told = new Set([mobile]);
  const notices: Notice[] = [];
  const own = { ...by, event: 'ownEnrollment' } as const;
  const elsewhere = (await tx.enrollmentsOfManager(manager)).map((proven) => proven.mobile);
  for (const known of [...(entryMobile === undefined ? [] : [entryMobile]), ...elsewhere]) {
    if (told.has(known)) continue;
    told.add(known);
    notices.push(noticeTo(deps, tx, own, { channel: 'sms', mobile: known, locale }));
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
    const to = { channel: 'sms', mobile: other.mobile, locale: theirs } as const;
    notices.push(noticeTo(deps, tx, toOthers, to));
  }
  const ownCard = noticeTo(deps, tx, own, { channel: 'chat', manager });
  notices.push({ ...ownCard, maskedMobile: maskMobile(mobile) });
  await tx.addNotices(notices);
}

/** The managers enrolled for the account, under the names that the bot knows. */
export async function enrolledOf(
  reads: StoreReads,
  accountId: string,
): Promise<DirectoryManager[]> {
  const enrolled = await reads.enrollmentsOf(accountId);
  const records = await reads.managers(enrolled.map(({ manager }) => manager));
  return records.flatMap(({ directoryId: id, displayName = '' }) =>
    id === undefined ? [] : { id, displayName },
  );
}

function noticeTo(
  { random }: Pick<Deps, 'random'>,
  { now: at }: StoreTransaction,
  { event, accountId, accountName, byName, agentName, flow, until }: Told,
  to: Notice['to'],
): Notice {
  const id = random.id();
  return { id, event, accountId, accountName, byName, agentName, flow, until, at, to };
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
  act: Omit<Told, 'event' | 'flow' | 'until'>,
  concerned: readonly Enrollment[],
): Promise<void> {
  const { accountId, accountName, byName, agentName } = act;
  const told = { event, accountId, accountName, byName, agentName };
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
    notices.push(noticeTo(deps, tx, told, { channel: 'sms', mobile, locale }));
  }
  const whose = event === 'revoke' ? { owners, ownerEntries } : {};
  notices.push({ ...noticeTo(deps, tx, told, { channel: 'otherManagers' }), ...whose });
  await tx.addNotices(notices);
}

/**
 * The same for a number that was removed, or will be, because its manager no longer answers for the account:
 * to that manager.
 */
export async function addRemovalNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  reported: Pick<Told, 'accountId' | 'accountName' | 'until'> & {
    readonly event: 'removal' | 'removalAhead';
  },
  { manager, mobile }: Enrollment,
): Promise<void> {
  const told = { ...reported, byName: '' };
  const locale = await localeOf(deps, tx, manager);
  await tx.addNotices([
    noticeTo(deps, tx, told, { channel: 'sms', mobile, locale }),
    noticeTo(deps, tx, told, { channel: 'chat', manager }),
  ]);
}
