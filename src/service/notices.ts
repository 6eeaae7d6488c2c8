import type { Locale, ManagerKey } from '../domain/parties.ts';
import type { NoticeEvent } from '../domain/view.ts';
import type { Enrollment, Notice } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { isSamePerson } from './flows.ts';

/** What happened, told of by notices. */
export interface Reported {
  readonly event: NoticeEvent;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly accountName: string;
  readonly byName: string;
  readonly flow: string;
}

/**
 * Writes down whom to tell of a change: the manager's own numbers by SMS, the account's other managers
 * in chat and, of a first enrollment, on their enrolled numbers too (requirements A13, P13).
 */
export async function addNotices(
  deps: Deps,
  tx: StoreTransaction,
  reported: Reported,
  ownMobiles: readonly string[],
): Promise<void> {
  const { event, manager, accountId, accountName, byName, flow } = reported;
  const about = { event, accountId, accountName, byName, flow, at: tx.now };
  const texts = new Map<string, Locale>();
  const localeOf = async (key: ManagerKey): Promise<Locale> =>
    (await tx.manager(key))?.locale ?? deps.settings.defaultLocale;

  if (event === 'firstEnrollment') {
    for (const other of await tx.enrollmentsOf(accountId)) {
      if (isSamePerson(other.manager, manager)) continue;
      texts.set(other.mobile, await localeOf(other.manager));
    }
  }
  const ownLocale = await localeOf(manager);
  for (const mobile of ownMobiles) texts.set(mobile, ownLocale);

  const notices: Notice[] = [...texts].map(([mobile, locale]) => ({
    id: deps.random.id(),
    ...about,
    to: { channel: 'sms', mobile, locale },
  }));
  notices.push({
    id: deps.random.id(),
    ...about,
    to: { channel: 'otherManagers', except: manager },
  });
  await tx.addNotices(notices);
}

/** The same for numbers that an administrator took away: all who lost one, and all who answer for the account. */
export async function addRevokeNotices(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  reported: Pick<Reported, 'accountId' | 'accountName' | 'byName'>,
  revoked: readonly Enrollment[],
): Promise<void> {
  const { accountId, accountName, byName } = reported;
  const about = { event: 'revoke', accountId, accountName, byName, at: tx.now } as const;
  const notices: Notice[] = [];
  for (const { manager, mobile } of revoked) {
    const locale = (await tx.manager(manager))?.locale ?? deps.settings.defaultLocale;
    notices.push({ id: deps.random.id(), ...about, to: { channel: 'sms', mobile, locale } });
  }
  if (revoked.length > 0) {
    notices.push({ id: deps.random.id(), ...about, to: { channel: 'otherManagers' } });
  }
  await tx.addNotices(notices);
}
