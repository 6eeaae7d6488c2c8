import { DAY_MS, MINUTE_MS } from '../domain/durations.ts';
import type { Locale } from '../domain/parties.ts';
import type { Texts } from './texts.ts';

/** Nearer than this a day is not mistaken for that of another year. */
const YEAR_TOLD_FROM_DAYS = 330;
const TAGS: Readonly<Record<Locale, string>> = { sv: 'sv-SE', en: 'en-GB' };

/** Times and lists as people say them. Times are epoch ms. */
export interface Words {
  /** `14.32` */
  clock(at: number): string;
  /** The end of a wait, up to the next minute: `kl. 14.32`, `i morgon kl. 14.32`, `fredag 6 april kl. 14.32`. */
  until(at: number, now: number): string;
  /** A moment that reads the same tomorrow: `6 april kl. 14.32`. */
  moment(at: number): string;
  /** The end of a wait, up to the next minute, in words that read the same tomorrow: `6 april kl. 14.32`. */
  from(at: number): string;
  /** Calendar days from `now` to `at`; negative for the past. */
  daysUntil(at: number, now: number): number;
  /** `6 april`; with its year where the day alone could be taken for one of another year. */
  date(at: number, now: number): string;
  /** The distance in days, weeks, months or years: `för 3 månader sedan`, `om 5 dagar`, `i går`. */
  distance(at: number, now: number): string;
  /** `å, ä och ö` */
  list(items: readonly string[]): string;
}

export function createWords(texts: Texts, locale: Locale, timeZone: string): Words {
  const tag = TAGS[locale];
  const hourAndMinute = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
  });
  const isoDate = new Intl.DateTimeFormat('sv-SE', { timeZone });
  const weekdayAndDate = new Intl.DateTimeFormat(tag, {
    timeZone,
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  });
  const date = new Intl.DateTimeFormat(tag, { timeZone, day: 'numeric', month: 'long' });
  const dateAndYear = new Intl.DateTimeFormat(tag, {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
  const conjunction = new Intl.ListFormat(tag, { type: 'conjunction' });

  function clock(at: number): string {
    const [hour = '', minute = ''] = hourAndMinute.format(at).split(':');
    return texts.text(locale, 'when.time', { hour, minute });
  }

  /** Calendar days in the municipality's time zone, not spans of 24 hours. */
  function daysBetween(from: number, to: number): number {
    return (Date.parse(isoDate.format(to)) - Date.parse(isoDate.format(from))) / DAY_MS;
  }

  const moment = (at: number): string =>
    texts.text(locale, 'when.later', { time: clock(at), day: date.format(at) });
  const upToMinute = (at: number): number => Math.ceil(at / MINUTE_MS) * MINUTE_MS;

  return {
    clock,
    until(at, now) {
      const end = upToMinute(at);
      const time = clock(end);
      const days = daysBetween(now, end);
      if (days <= 0) return texts.text(locale, 'when.today', { time });
      if (days === 1) return texts.text(locale, 'when.tomorrow', { time });
      return texts.text(locale, 'when.later', { time, day: weekdayAndDate.format(end) });
    },
    moment,
    from: (at) => moment(upToMinute(at)),
    daysUntil: (at, now) => daysBetween(now, at),
    date(at, now) {
      const isFar = Math.abs(daysBetween(now, at)) >= YEAR_TOLD_FROM_DAYS;
      return (isFar ? dateAndYear : date).format(at);
    },
    distance(at, now) {
      const days = daysBetween(now, at);
      const size = Math.abs(days);
      if (size < 14) return relative.format(days, 'day');
      if (size < 60) return relative.format(Math.round(days / 7), 'week');
      if (size < 730) return relative.format(Math.round(days / 30.44), 'month');
      // Two years may have 730 days: by their mean they would be one, that is last year.
      return relative.format(Math.trunc(days / 365), 'year');
    },
    list: (items) => conjunction.format(items),
  };
}
