import { mayRemind, SENDS_LOOKBACK_MS } from '../../domain/smsBudget.ts';
import type { Reminder } from '../../ports/store/reminders.ts';
import type { Recipient } from '../chat/recipients.ts';
import { alreadyBy, type Outcome, type Sweeping } from './sendOnce.ts';

/**
 * Reminds the enrolled number of a manager whom no card reaches, where REMINDER_SMS says so: the text is a
 * notice of the transaction that reserves the reminder. Undefined where there is no number.
 */
export async function remindBySms(
  { deps, lease, signal }: Sweeping,
  reminder: Reminder,
  { key, locale }: Recipient,
  dueAt: number,
): Promise<Outcome | undefined> {
  const { settings, random } = deps;
  if (!settings.rotation.remindsBySms || key === undefined) return undefined;
  signal.throwIfAborted();
  return deps.store.transaction(async (tx) => {
    const { accountId, accountName, handle } = reminder;
    const enrollment = await tx.enrollment(key, accountId);
    if (enrollment === undefined) return undefined;
    const before = alreadyBy(await tx.reminderFate(reminder));
    if (before !== undefined) return before;
    // Before its wait is over a new number could not do what the text asks for.
    const isWaiting = enrollment.usableFrom > tx.now;
    if (lease === undefined || isWaiting || !settings.rotation.calendar.isSending(tx.now)) {
      return { result: 'due', reason: 'sms' };
    }
    await tx.lock('sms');
    await lease.keep(tx);
    const total = await tx.countSends(tx.now - SENDS_LOOKBACK_MS.total);
    if (!mayRemind(total, settings.smsPerDay))
      return { result: 'failed', reason: 'smsUnavailable' };
    if (!(await tx.reserveReminder(reminder))) return { result: 'already' };
    await tx.settleReminder(handle, 'sent');
    await tx.addCountedText(random.id());
    const about = { event: 'overdue', accountId, accountName, byName: '', at: tx.now } as const;
    const to = { channel: 'sms', mobile: enrollment.mobile, locale } as const;
    await tx.addNotices([{ id: random.id(), ...about, until: dueAt, to }]);
    const audited = { event: 'reminder.sent', actor: 'system', account: accountId } as const;
    tx.audit({ ...audited, result: 'ok', reason: 'sms' });
    return { result: 'sent', reason: 'sms' };
  });
}
