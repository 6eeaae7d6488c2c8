import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import { managerName, isSamePerson, type Locale, type ManagerKey } from '../../domain/parties.ts';
import { Secret } from '../../domain/secret.ts';
import { DirectoryError, StoreError } from '../../ports/errors.ts';
import type { ClaimedNotice, Notice, NoticeLane } from '../../ports/store/notices.ts';
import type { Deps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import { postNotice } from './noticeCard.ts';
import { namesAmong } from '../people/managers.ts';
import { enrolledOf } from './whoIsTold.ts';
import { recipientsOf } from '../chat/recipients.ts';
import { noteAnswering } from '../people/responsibilityChanges.ts';
import { again } from '../waiting/waiting.ts';
import { audienceOf } from './otherManagers.ts';
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
  try {
    const sent = await withDeadline(DELIVERY_MS, undefined, async (signal) => {
      switch (to.channel) {
        case 'otherManagers':
          return addressOthers(deps, notice, to.except, signal);
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
    await tryLater(deps, notice, 'temporarilyUnavailable');
    throw error;
  }
  return true;
}

async function addressOthers(
  deps: Deps,
  notice: ClaimedNotice,
  except: ManagerKey | undefined,
  signal: AbortSignal,
): Promise<void> {
  try {
    const isLate = deps.store.now() - queuedAt(notice) > LATE_MS;
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
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    await tryLater(deps, notice, 'directoryUnavailable');
  }
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
