import type { Locale, ManagerKey } from '../domain/parties.ts';
import { Secret } from '../domain/secret.ts';
import type { NoticeEvent } from '../domain/view.ts';
import { DirectoryError } from '../ports/directory.ts';
import { StoreError } from '../ports/store.ts';
import type { ClaimedNotice, Enrollment, Notice } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { isSamePerson } from './flows.ts';
import { postNotice } from './noticeCard.ts';

/** Longer than a notice can take, so that two instances never send the same one. */
const LEASE_MS = 60_000;
const DELIVERY_MS = 10_000;
/** Less than a stop may take, which waits for it. */
const NOTING_MS = 15_000;
const NOTE_AGAIN_MS = 500;
const LONGEST_PAUSE_MS = 5 * 60_000;
const GIVE_UP_MS = 24 * 60 * 60_000;
/** News of yesterday is not delivered. */
const TEXT_VALIDITY_SECONDS = 4 * 3600;

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

/** Delivers the notice that has waited longest; false where none is due. */
export async function deliverNotice(deps: Deps): Promise<boolean> {
  const notice = await deps.store.transaction((tx) => tx.claimNotice(LEASE_MS));
  if (notice === undefined) return false;
  const signal = AbortSignal.timeout(DELIVERY_MS);
  switch (notice.to.channel) {
    case 'otherManagers':
      await addressOthers(deps, notice, notice.to.except, signal);
      return true;
    case 'sms':
      await sendText(deps, notice, notice.to, signal);
      return true;
    case 'chat':
      await postCard(deps, notice, notice.to.manager, signal);
      return true;
  }
}

async function addressOthers(
  deps: Deps,
  notice: ClaimedNotice,
  except: ManagerKey | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    const entries = await deps.directory.managersOf(notice.accountId, signal);
    await deps.store.transaction(async (tx) => {
      // An instance that stood still for long finds that another one has done it.
      if (!(await tx.removeNotice(notice.id))) return;
      const others = (await tx.managersByDirectoryId(entries)).filter(
        ({ key, conversation }) =>
          conversation !== undefined && (except === undefined || !isSamePerson(key, except)),
      );
      await tx.addNotices(
        others.map(({ key }) => ({
          ...told(notice),
          id: deps.random.id(),
          to: { channel: 'chat', manager: key },
        })),
      );
    });
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    await tryLater(deps, notice, 'directoryUnavailable');
  }
}

/** The notice without what belongs to its addressee. */
function told({
  event,
  accountId,
  accountName,
  byName,
  at,
  flow,
}: Notice): Omit<Notice, 'id' | 'to'> {
  return { event, accountId, accountName, byName, at, flow };
}

async function sendText(
  deps: Deps,
  notice: ClaimedNotice,
  to: { readonly mobile: string; readonly locale: Locale },
  signal: AbortSignal,
): Promise<void> {
  const text = new Secret(deps.smsTexts.notice(to.locale, notice.event, notice));
  const outcome = await deps.sms.send(
    { to: to.mobile, text, validitySeconds: TEXT_VALIDITY_SECONDS },
    signal,
  );
  switch (outcome.outcome) {
    case 'accepted':
      return finish(deps, notice, 'ok');
    case 'unknown':
      return finish(deps, notice, 'unknown', 'smsUnavailable');
    case 'refused':
      if (outcome.fault === 'number') return finish(deps, notice, 'failed', 'smsNumberRefused');
      return tryLater(deps, notice, 'smsUnavailable');
  }
}

async function postCard(
  deps: Deps,
  notice: ClaimedNotice,
  manager: ManagerKey,
  signal: AbortSignal,
): Promise<void> {
  switch (await postNotice(deps, notice, manager, signal)) {
    case 'posted':
      return finish(deps, notice, 'ok');
    case 'notInTeams':
      return finish(deps, notice, 'failed', 'notInTeams');
    case 'failed':
      // A second card does no harm; a warning that never comes does.
      return tryLater(deps, notice, 'temporarilyUnavailable');
  }
}

/** Notes what was told; while the database is away again and again, or it would be told twice. */
async function finish(
  deps: Deps,
  notice: ClaimedNotice,
  result: 'ok' | 'failed' | 'unknown',
  reason?: string,
): Promise<void> {
  const giveUpAt = performance.now() + NOTING_MS;
  for (;;) {
    try {
      return await note(deps, notice, result, reason);
    } catch (error) {
      const isAway = error instanceof StoreError && error.code === 'unavailable';
      if (!isAway || performance.now() > giveUpAt) throw error;
    }
    await deps.delay(NOTE_AGAIN_MS);
  }
}

async function note(
  deps: Deps,
  notice: ClaimedNotice,
  result: 'ok' | 'failed' | 'unknown',
  reason: string | undefined,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    // Gone: it was noted before, and only the answer to that was lost.
    if (!(await tx.removeNotice(notice.id))) return;
    tx.audit({
      event: result === 'ok' ? 'notice.sent' : 'notice.failed',
      actor: 'system',
      account: notice.accountId,
      result,
      reason,
      flow: notice.flow,
    });
  });
}

/** Tries again after 2, 4, 8 … seconds up to five minutes, for a day; then the auditor is told. */
async function tryLater(deps: Deps, notice: ClaimedNotice, reason: string): Promise<void> {
  // The first try for an old change comes as late as the change was noticed.
  const queuedAt = notice.noticedAt ?? notice.at;
  if (deps.store.now() - queuedAt > GIVE_UP_MS) {
    deps.log.error({ alarm: 'noticeLost', reason }, 'a notice could not be delivered for a day');
    return finish(deps, notice, 'failed', reason);
  }
  const pause = Math.min(2 ** notice.tries * 1000, LONGEST_PAUSE_MS);
  await deps.store.transaction((tx) => tx.postponeNotice(notice.id, tx.now + pause));
}
