import type { Calendar } from './calendar.ts';
import { DAY_MS } from '../durations.ts';
import { stageAt, type Rotation } from './rotation.ts';

/** A week between overdue reminders, plus more than the longest run of days without reminders. */
const MAX_SENDING_DAYS = 40;

/** The time and stage of the account's next reminder, by the calendar alone. */
export interface NextReminder {
  /** Epoch ms; now where one is due. */
  readonly at: number;
  readonly stage: number;
}

/**
 * The first moment from `from` on at which a reminder may be sent of a later stage than `reminded`,
 * the last one of this cycle; undefined where none is in sight.
 */
export function nextReminder(
  rotation: Rotation,
  { from, reminded }: { readonly from: number; readonly reminded: number | undefined },
  reminderDays: readonly number[],
  calendar: Calendar,
): NextReminder | undefined {
  const first = rotation.dueAt - (Math.max(0, ...reminderDays) + 1) * DAY_MS;
  let at = Math.max(from, first);
  if (!calendar.isSending(at)) at = nextSending(at, calendar);
  for (let day = 0; day < MAX_SENDING_DAYS; day += 1) {
    const stage = stageAt(rotation, at, reminderDays, calendar);
    if (stage !== undefined && (reminded === undefined || stage < reminded)) return { at, stage };
    at = calendar.nextSendingDay(at);
  }
  return undefined;
}

/** Later on the same day, where it is early, or on the next. */
function nextSending(at: number, calendar: Calendar): number {
  const today = calendar.nextSendingDay(at - DAY_MS);
  return today > at ? today : calendar.nextSendingDay(at);
}
