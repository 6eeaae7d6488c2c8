import type { Calendar } from './calendar.ts';
import { DAY_MS } from '../durations.ts';
import type { Shut } from '../reasons.ts';

/** Where neither the configuration nor the directory says how old a password may become. */
const DEFAULT_ROTATION_DAYS = 90;
/** Before Active Directory there were no dates to go by: such a date is a fault of the directory. */
const EARLIEST = Date.UTC(2000, 0, 1);
/** The directory's clock and the database's may differ by so much. */
const CLOCK_SLACK_MS = 10 * 60_000;

/** The directory's facts about the password's age; epoch ms. */
export interface PasswordAge {
  readonly passwordSetAt?: number | undefined;
  /** When the directory itself expires the password; absent: never. */
  readonly passwordExpiresAt?: number | undefined;
  /** Whether the directory asks for a new password at the next logon. */
  readonly mustChange?: boolean | undefined;
}

/** Undefined where the password lets its people in. */
export function shutOf(
  { mustChange, passwordExpiresAt }: Omit<PasswordAge, 'passwordSetAt'>,
  now: number,
): Shut | undefined {
  if (mustChange === true) return 'mustChange';
  return passwordExpiresAt !== undefined && passwordExpiresAt <= now ? 'expired' : undefined;
}

/** When a password is due. A due password is a question to the manager; the bot enforces nothing. */
export interface Rotation {
  /** Epoch ms; absent: unknown. */
  readonly setAt?: number | undefined;
  readonly dueAt: number;
  /** From one change to the next, ms. */
  readonly periodMs: number;
  /** Whether the directory itself expires the password. */
  readonly isEnforced: boolean;
  /** When the directory expired it; absent while it has not. */
  readonly expiredAt?: number;
  /** It is due now, because it must be changed at the next logon. */
  readonly mustChange?: boolean;
}

/** Why no due date can be told. */
export type Undated = 'dateUnknown' | 'dateImplausible';

/**
 * When the password is due: at the age that is configured, or when the directory expires it, whichever
 * comes first; where neither says, after 90 days.
 */
export function rotationOf(
  { passwordSetAt: setAt, passwordExpiresAt: expiresAt, mustChange }: PasswordAge,
  rotationDays: number | undefined,
  now: number,
): Rotation | Undated {
  if (mustChange === true) {
    const periodMs = (rotationDays ?? DEFAULT_ROTATION_DAYS) * DAY_MS;
    return { setAt, dueAt: now, periodMs, isEnforced: true, mustChange };
  }
  const isEnforced = expiresAt !== undefined;
  const expired = isEnforced && expiresAt <= now ? { expiredAt: expiresAt } : {};
  if (setAt === undefined) {
    if (!isEnforced) return 'dateUnknown';
    if (expiresAt < EARLIEST) return 'dateImplausible';
    const periodMs = (rotationDays ?? DEFAULT_ROTATION_DAYS) * DAY_MS;
    return { dueAt: expiresAt, periodMs, isEnforced, ...expired };
  }
  if (setAt < EARLIEST || setAt > now + CLOCK_SLACK_MS) return 'dateImplausible';
  const configuredAt = rotationDays === undefined ? [] : [setAt + rotationDays * DAY_MS];
  const ends = [...configuredAt, ...(expiresAt === undefined ? [] : [expiresAt])];
  const dueAt = ends.length > 0 ? Math.min(...ends) : setAt + DEFAULT_ROTATION_DAYS * DAY_MS;
  return { setAt, dueAt, periodMs: dueAt - setAt, isEnforced, ...expired };
}

/**
 * The key that all reminders of one password share. A password that must be changed has no time of its own,
 * so that it is asked for once in each week.
 */
export function cycleOf(
  { passwordVersion }: { readonly passwordVersion: string },
  { mustChange }: Rotation,
  now: number,
  calendar: Calendar,
): string {
  return mustChange === true ? `${passwordVersion} ${calendar.weekOf(now)}` : passwordVersion;
}

/** Whether a reminder of that cycle is about the password as it is now. */
export function isCycleOf(
  { passwordVersion }: { readonly passwordVersion: string },
  cycle: string,
): boolean {
  return cycle === passwordVersion || cycle.startsWith(`${passwordVersion} `);
}

/**
 * The stage that a password has reached: the days before its due date, negative in whole weeks while it is
 * overdue. Only the latest of several missed stages counts; undefined before the first.
 */
export function stageAt(
  { dueAt, periodMs }: Rotation,
  now: number,
  reminderDays: readonly number[],
  calendar: Calendar,
): number | undefined {
  // The calendar is slow, and most passwords of a sweep are far from due: this check spares it, with one
  // day for the midnights and one for changes of the clocks.
  const furthest = Math.max(0, ...reminderDays);
  if (dueAt - now > (furthest + 2) * DAY_MS) return undefined;
  const left = calendar.daysBetween(now, dueAt);
  const overdueWeeks = Math.floor(-left / 7);
  if (overdueWeeks > 0) return -7 * overdueWeeks;
  // A password that lives for a week is not announced two weeks ahead, on the day it is set.
  const reached = reminderDays.filter((days) => days >= left && days * DAY_MS < periodMs);
  return reached.length === 0 ? undefined : Math.min(...reached);
}

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
