import type { Rotation } from '../../domain/rotation/rotation.ts';
import type { ReminderView } from '../../ports/view.ts';
import type { Reminder } from '../../ports/store/reminders.ts';

/** The card of a reminder. */
export function reminderView(
  { handle, accountName }: Pick<Reminder, 'handle' | 'accountName'>,
  { dueAt, setAt, isEnforced, mustChange }: Rotation,
  isEnrolled: boolean,
): ReminderView {
  return {
    card: 'reminder',
    handle,
    accountName,
    dueAt,
    setAt,
    isEnrolled,
    isEnforced,
    mustChange,
  };
}
