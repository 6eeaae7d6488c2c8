import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import { managerName, type Locale, type ManagerKey } from '../../domain/parties.ts';
import { Secret } from '../../domain/secret.ts';
import { DirectoryError, StoreError } from '../../ports/errors.ts';
import type { ClaimedNotice, Notice, NoticeLane } from '../../ports/store/notices.ts';
import type { View } from '../../ports/view.ts';
import { post, type Delivered } from '../chat/post.ts';
import type { Deps } from '../deps.ts';
import { again } from '../waiting/waiting.ts';
import { addressOthers } from './otherManagers.ts';
import type { SendPace } from '../chat/sendPace.ts';

/** Longer than a notice can take, so that no two instances send the same one. */
const LEASE_MS = 60_000;
const DELIVERY_MS = 10_000;
/** Less than the time of a stop, which waits for it. */
const NOTING_MS = 15_000;
const NOTE_AGAIN_MS = 500;
const LONGEST_PAUSE_MS = 5 * 60_000;
const GIVE_UP_MS = DAY_MS;
/** After a stop of days the first tries come before the network does: so many, some fourteen minutes, are made. */
const LEAST_TRIES = 10;
/** After this long of tries an account that cannot be read holds its notice up no more, ms. */
const LATE_MS = HOUR_MS;
/** A text is not delivered later than this. */
const TEXT_VALIDITY_SECONDS = 4 * 3600;

/**
 * The pause after a text that the SMS service did not take: the other notices wait, and people's codes go
 * first.
 */
const TEXTS_REST_MS = 5_000;

/** Delivers the notice of the lane that has waited longest; false where none is due. */
export async function deliverNotice(
  deps: Deps,
  lane: NoticeLane,
  pace: SendPace,
  stopping: AbortSignal,
): Promise<boolean> {
  const notice = await deps.store.transaction((tx) => tx.claimNotice(LEASE_MS, lane));
  if (notice === undefined) return false;
  const { to } = notice;
  const isLate = deps.store.now() - queuedAt(notice) > LATE_MS;
  try {
    const sent = await withDeadline(DELIVERY_MS, undefined, async (signal) => {
      switch (to.channel) {
        case 'otherManagers':
          return addressOthers(deps, notice, to.except, isLate, signal);
        case 'sms':
          return sendText(deps, notice, to, signal);
        case 'chat':
          await pace.turn(managerName(to.manager), stopping);
          return postCard(deps, notice, to.manager, signal);
      }
    });
    if (sent === 'notTaken') await deps.delay(TEXTS_REST_MS, stopping);
  } catch (error) {
    // Whatever the fault is, the auditor hears in the end that the notice did not come.
    const isAway = error instanceof DirectoryError;
    await tryLater(deps, notice, isAway ? 'directoryUnavailable' : 'temporarilyUnavailable');
    if (!isAway) throw error;
  }
  return true;
}

async function sendText(
  deps: Deps,
  notice: ClaimedNotice,
  to: { readonly mobile: string; readonly locale: Locale },
  signal: AbortSignal,
): Promise<'settled' | 'notTaken'> {
  const text = new Secret(deps.smsTexts.notice(to.locale, notice.event, notice));
  const outcome = await deps.sms.send(
    { to: to.mobile, text, validitySeconds: TEXT_VALIDITY_SECONDS },
    signal,
  );
  switch (outcome.outcome) {
    case 'accepted':
      await finish(deps, notice, 'ok');
      return 'settled';
    case 'unknown':
      await finish(deps, notice, 'unknown', 'smsUnavailable');
      return 'notTaken';
    case 'refused':
      if (outcome.fault === 'number') {
        await finish(deps, notice, 'failed', 'smsNumberRefused');
        return 'settled';
      }
      await tryLater(deps, notice, 'smsUnavailable');
      return 'notTaken';
  }
}

async function postCard(
  deps: Deps,
  notice: ClaimedNotice,
  manager: ManagerKey,
  signal: AbortSignal,
): Promise<void> {
  const { outcome } = await postNotice(deps, notice, manager, signal);
  switch (outcome) {
    case 'sent':
      return finish(deps, notice, 'ok');
    case 'unreachable':
      // A person at the manager's open chat can remove the bot there; that must not hide the enrollment.
      if (notice.event === 'ownEnrollment') return tryLater(deps, notice, 'notInTeams');
      return finish(deps, notice, 'failed', 'notInTeams');
    case 'unknown':
    case 'busy':
    case 'failed':
      // A second card does no harm; a missing warning does.
      return tryLater(deps, notice, 'temporarilyUnavailable');
  }
}

/** Posts a notice's card to one manager. */
async function postNotice(
  deps: Deps,
  notice: Notice,
  manager: ManagerKey,
  signal: AbortSignal,
): Promise<Delivered> {
  const record = await deps.store.read((reads) => reads.manager(manager));
  // The bot was removed there.
  if (record !== undefined && record.address === undefined) return { outcome: 'unreachable' };
  const locale = record?.locale ?? deps.settings.defaultLocale;
  return post(deps, { way: record ?? { key: manager }, locale }, viewOf(notice), signal);
}

function viewOf(notice: Notice): View {
  const { event, accountName, byName, agentName, at, maskedMobile, until } = notice;
  const { handle, hasReader, owners, added, removed, more } = notice;
  if (event === 'overdue') throw new Error('an overdue password is told by SMS only');
  const about = { agentName, maskedMobile, until, handle, hasReader, owners, added, removed, more };
  return { card: 'notice', event, accountName, byName, at, ...about };
}

/** Records the delivery; tries again while the database is away, or the notice would be told twice. */
async function finish(
  deps: Deps,
  notice: ClaimedNotice,
  result: 'ok' | 'failed' | 'unknown',
  reason?: string,
): Promise<void> {
  const giveUpAt = performance.now() + NOTING_MS;
  const tryToNote = async (): Promise<'noted' | undefined> => {
    try {
      await note(deps, notice, result, reason);
      return 'noted';
    } catch (error) {
      const isAway = error instanceof StoreError && error.code === 'unavailable';
      if (!isAway || performance.now() > giveUpAt) throw error;
      return undefined;
    }
  };
  if ((await tryToNote()) === undefined) {
    // Also while the bot stops.
    await again(deps.delay, { first: NOTE_AGAIN_MS }, undefined, tryToNote);
  }
}

async function note(
  deps: Deps,
  notice: ClaimedNotice,
  result: 'ok' | 'failed' | 'unknown',
  reason: string | undefined,
): Promise<void> {
  await deps.store.transaction(async (tx) => {
    // Gone: it was recorded before, and only that answer was lost.
    if (!(await tx.removeNotice(notice))) return;
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

/** The first try for an old change comes as late as the change was noticed. */
function queuedAt({ at, noticedAt = at }: Notice): number {
  return noticedAt;
}

/** Tries again after 2, 4, 8 … seconds up to five minutes, for a day and ten times; then the auditor is told. */
async function tryLater(deps: Deps, notice: ClaimedNotice, reason: string): Promise<void> {
  const isOld = deps.store.now() - queuedAt(notice) > GIVE_UP_MS;
  if (isOld && notice.tries >= LEAST_TRIES) {
    deps.log.error({ alarm: 'noticeLost', reason }, 'a notice could not be delivered for a day');
    return finish(deps, notice, 'failed', reason);
  }
  const pause = Math.min(2 ** notice.tries * 1000, LONGEST_PAUSE_MS);
  await deps.store.transaction((tx) => tx.postponeNotice(notice.id, tx.now + pause));
}
