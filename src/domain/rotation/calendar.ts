import { DAY_MS, HOUR_MS } from '../durations.ts';

/** Longer than any run of days without reminders. */
const MAX_DAYS_AHEAD = 400;
const SUNDAY = 7;

/** Days of the week (1 Monday … 7 Sunday) and the hours of a day, `toHour` exclusive, in which reminders are sent. */
export interface SendingHours {
  readonly weekdays: readonly number[];
  readonly fromHour: number;
  readonly toHour: number;
}

export interface CalendarOptions {
  readonly hours: SendingHours;
  /** IANA name. */
  readonly timeZone: string;
  /** Whether a local date, `YYYY-MM-DD`, is a public holiday; it then counts as a Sunday. */
  readonly isHoliday: (date: string) => boolean;
}

/** Days and hours by the recipients' calendar. All times are epoch ms. */
export interface Calendar {
  isSending(at: number): boolean;
  /** The first moment of the next sending day after the one that `at` lies in. */
  nextSendingDay(at: number): number;
  /** Midnights between the two moments; negative where `to` lies on an earlier day. */
  daysBetween(from: number, to: number): number;
  /** The Monday of the week, `YYYY-MM-DD`. */
  weekOf(at: number): string;
}

export function createCalendar({ hours, timeZone, isHoliday }: CalendarOptions): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });

  /** The wall clock, read as if it were UTC. */
  function wallAt(at: number): number {
    const read: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(at)) read[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  const dayAt = (at: number): number => Math.floor(wallAt(at) / DAY_MS);

  function isSendingDay(day: number): boolean {
    const isWeekday = hours.weekdays.includes(weekdayOf(day));
    const isSunday = hours.weekdays.includes(SUNDAY);
    // Where both are alike no holidays are asked for: their rules take a tenth of a start to load.
    if (isWeekday === isSunday) return isSunday;
    return isHoliday(dateOf(day)) ? isSunday : isWeekday;
  }

  /** The first moment at which the wall clock shows that hour of that day, or has just skipped it. */
  function momentOf(day: number, hour: number): number {
    const wall = day * DAY_MS + hour * HOUR_MS;
    // The offsets a day before and after are those on both sides of any change of the clocks.
    const candidates = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - (wallAt(near) - near));
    candidates.sort((a, b) => a - b);
    return candidates.find((at) => wallAt(at) >= wall) ?? wall;
  }

  return {
    isSending(at) {
      const wall = wallAt(at);
      const hour = Math.floor((wall % DAY_MS) / HOUR_MS);
      if (hour < hours.fromHour || hour >= hours.toHour) return false;
      return isSendingDay(Math.floor(wall / DAY_MS));
    },
    nextSendingDay(at) {
      const today = dayAt(at);
      for (let ahead = 1; ahead < MAX_DAYS_AHEAD; ahead += 1) {
        if (isSendingDay(today + ahead)) return momentOf(today + ahead, hours.fromHour);
      }
      return momentOf(today + 1, hours.fromHour);
    },
    daysBetween: (from, to) => dayAt(to) - dayAt(from),
    weekOf(at) {
      const day = dayAt(at);
      return dateOf(day - weekdayOf(day) + 1);
    },
  };
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Day 0 of the epoch was a Thursday. */
function weekdayOf(day: number): number {
  return ((day + 3) % 7) + 1;
}
