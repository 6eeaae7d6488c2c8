import { HOUR_MS } from '../../domain/durations.ts';
import { managerName, isSamePerson } from '../../domain/parties.ts';
import { isCycleOf, rotationOf } from '../../domain/rotation/rotation.ts';
import type { Reminder } from '../../ports/store/reminders.ts';
import type { Deps } from '../deps.ts';
import { lockAccount } from '../flow/flows.ts';
import type { ReminderInput } from '../input.ts';
import { addNotices } from '../notices/whoIsTold.ts';
import { INVITED_EVERY_MS } from './invitations.ts';
import { numberOf, reminderView } from './reminders.ts';
import { INVITATION } from './sendOnce.ts';
import { admitTo, denyTap, showHome, type Reply, type Tap } from '../tap/tap.ts';

/** Two managers who say and undo it in turn tell the others no more often than this. */
const TOLD_EVERY_MS = HOUR_MS;

async function ownReminder(
  deps: Deps,
  key: Tap['person']['key'],
  handle: string,
): Promise<Reminder | undefined> {
  const reminder = await deps.store.read((reads) => reads.reminder(handle));
  return reminder?.recipient === managerName(key) ? reminder : undefined;
}

/**
 * Puts a reminder off, or records for the auditor why the password may stay. A reminder of a past cycle
 * answers `home`.
 */
export async function answerReminder(tap: Tap, input: ReminderInput): Promise<Reply> {
  const { deps, person } = tap;
  const reminder = await ownReminder(deps, person.key, input.handle);
  if (reminder === undefined) return denyTap(tap);
  const { accountId, cycle, recipient } = reminder;
  const admitted = await admitTo(tap, accountId);
  if ('view' in admitted) return admitted;
  const { account, manager } = admitted;
  if (!isCycleOf(account, cycle)) return showHome(tap, { about: accountId });

  const { calendar, rotationDays } = deps.settings.rotation;
  const view = await deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const rotation = rotationOf(account, rotationDays, tx.now);
    if (typeof rotation === 'string') return undefined;
    const about = { accountId, cycle, recipient };
    const audited = { actor: recipient, account: accountId, result: 'ok' } as const;
    const number = await numberOf(tx, person.key, account);
    const done = {
      card: 'reminder.done',
      handle: reminder.handle,
      accountName: account.name,
      ...number,
    } as const;
    if (input.type === 'snooze') {
      const until = calendar.nextSendingDay(tx.now);
      const isNew = await tx.snoozeReminders({ ...about, until });
      if (isNew) tx.audit({ event: 'reminder.snoozed', ...audited });
      const pause = await tx.reminderPause(about);
      return { ...done, answer: 'snoozed' as const, until: pause.snoozedUntil ?? until };
    }
    if (rotation.isEnforced) return reminderView(reminder, rotation, number);
    const isNew = await tx.silenceReminders({ ...about, until: tx.now + rotation.periodMs });
    const { silencedUntil = tx.now } = await tx.reminderPause(about);
    if (isNew) {
      tx.audit({ event: 'reminder.notNeeded', ...audited, reason: input.reason });
      const dueAt = await tx.nextSilenceNotice(about, TOLD_EVERY_MS);
      const reported = {
        event: 'notNeeded',
        manager: manager.key,
        accountId,
        accountName: account.name,
        byName: manager.entry.displayName,
        until: silencedUntil,
        dueAt,
      } as const;
      // One manager answers for all of them: the others can undo it.
      if (dueAt !== undefined) await addNotices(deps, tx, reported, []);
    }
    return { ...done, answer: 'notNeeded' as const, until: silencedUntil };
  });
  return view === undefined ? showHome(tap, { about: accountId }) : { view };
}

/** Records that the manager does not enroll now; the next invitation comes when it would have come anyway. */
export async function answerInvitation(tap: Tap, handle: string): Promise<Reply> {
  const { deps, person } = tap;
  const invitation = await ownReminder(deps, person.key, handle);
  if (invitation?.cycle !== INVITATION) return denyTap(tap);
  const { accountId, recipient } = invitation;
  const admitted = await admitTo(tap, accountId);
  if ('view' in admitted) return admitted;
  const { account } = admitted;
  const number = await deps.store.transaction(async (tx) => {
    // A second tap on the same card is no second answer.
    const answered = { accountId, cycle: `${INVITATION} ${handle}`, recipient };
    const until = tx.now + INVITED_EVERY_MS;
    if (await tx.snoozeReminders({ ...answered, until })) {
      tx.audit({ event: 'invitation.notNow', actor: recipient, account: accountId, result: 'ok' });
    }
    return numberOf(tx, person.key, account);
  });
  const answer = { answer: 'notNow', ...number } as const;
  return { view: { card: 'reminder.done', handle, accountName: account.name, ...answer } };
}

/**
 * Resumes the reminders of an account's managers although one of them said that no change is needed. The
 * button ends the silence that its notice tells, and no later one.
 */
export async function undoNotNeeded(tap: Tap, handle: string): Promise<Reply> {
  const { deps, person } = tap;
  const button = await deps.store.read((reads) => reads.button(handle));
  const undoes = button?.undoes;
  if (button === undefined || undoes === undefined || !isSamePerson(button.manager, person.key)) {
    return denyTap(tap);
  }
  const { accountId } = button;
  const admitted = await admitTo(tap, accountId);
  if ('view' in admitted) return admitted;
  const { account } = admitted;
  const undone = await deps.store.transaction(async (tx) => {
    // The second of two managers at once finds nothing to undo.
    await lockAccount(tx, accountId);
    const until = await tx.silencedUntil(accountId);
    // A later silence has taken the place of the one that the button's notice tells.
    if (until !== undefined && until !== undoes) return undefined;
    if (until !== undefined) {
      await tx.endSilence(accountId);
      const actor = managerName(person.key);
      tx.audit({ event: 'reminder.notNeededUndone', actor, account: accountId, result: 'ok' });
    }
    return { answer: 'undone', ...(await numberOf(tx, person.key, account)) } as const;
  });
  if (undone === undefined) return showHome(tap, { about: accountId });
  return { view: { card: 'reminder.done', handle, accountName: account.name, ...undone } };
}
