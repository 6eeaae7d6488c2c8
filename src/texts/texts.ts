import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Locale } from '../domain/parties.ts';
import { DAY_MS, MINUTE_MS } from '../domain/durations.ts';

/** The values that a message names, by the names of its ICU placeholders. */
export type TextValues = Readonly<Record<string, string | number>>;

/** All texts that people read, in both languages: cards/text.*.json. */
interface Texts {
  /** @throws Error for a key that does not exist, or a placeholder without a value. */
  text(locale: Locale, key: string, values?: TextValues): string;
  has(key: string): boolean;
  keys(): readonly string[];
  /** The placeholders of a message. */
  placeholders(locale: Locale, key: string): readonly string[];
}

interface Message {
  format(values: TextValues): string;
  readonly placeholders: readonly string[];
}

/** Reads both languages once. @throws Error where a file is missing or a message is no ICU. */
export function createTexts(): Texts {
  const messages = { sv: readMessages('sv'), en: readMessages('en') };

  function message(locale: Locale, key: string): Message {
    const found = messages[locale].get(key);
    if (found === undefined) throw new Error(`no text ${key} in ${locale}`);
    return found;
  }

  return {
    text: (locale, key, values = {}) => message(locale, key).format(values),
    has: (key) => messages.sv.has(key) && messages.en.has(key),
    keys: () => [...new Set([...messages.sv.keys(), ...messages.en.keys()])],
    placeholders: (locale, key) => message(locale, key).placeholders,
  };
}

/** A text without these is a message that says itself. */
const ICU_SIGN = /[{}']/;

function readMessages(locale: Locale): Map<string, Message> {
  const file = new URL(`../../cards/text.${locale}.json`, import.meta.url);
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    flatten(content).map(([key, text]) => {
      // Half of the texts; the library takes as long to read one of them as one with placeholders.
      if (!ICU_SIGN.test(text)) return [key, { format: () => text, placeholders: [] }];
      const format = new IntlMessageFormat(text, locale === 'sv' ? 'sv-SE' : 'en-GB', undefined, {
        ignoreTag: true,
      });
      const placeholders = placeholdersIn(format.getAst());
      return [key, { format: (values) => String(format.format(values)), placeholders }];
    }),
  );
}

/** `{ home: { title: 'x' } }` → `home.title`. */
function flatten(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node !== 'object' || node === null) throw new Error(`text ${path} is no text`);
  return Object.entries(node).flatMap(([key, child]) =>
    flatten(child, path === '' ? key : `${path}.${key}`),
  );
}

type Ast = ReturnType<IntlMessageFormat['getAst']>;
/** The parser's element types without a name: plain text, and a plural's `#`. */
const LITERAL = 0;
const POUND = 7;
const TAG = 8;

function placeholdersIn(ast: Ast): string[] {
  const names = ast.flatMap((element) => {
    if (element.type === LITERAL || element.type === POUND || element.type === TAG) return [];
    const own = [element.value];
    if (!('options' in element)) return own;
    return [
      ...own,
      ...Object.values(element.options).flatMap(({ value }) => placeholdersIn(value)),
    ];
  });
  return [...new Set(names)];
}

/** Nearer than this a day is not mistaken for that of another year. */
const YEAR_TOLD_FROM_DAYS = 330;
const TAGS: Readonly<Record<Locale, string>> = { sv: 'sv-SE', en: 'en-GB' };

/** Times and lists as people say them. Times are epoch ms. */
export interface Words {
  /** `14.32` */
  clock(at: number): string;
  /** The end of a wait, up to the next minute: `kl. 14.32`, `i morgon kl. 14.32`, `fredag 6 april kl. 14.32`. */
  until(at: number, now: number): string;
  /** The end of what holds until then, down to the minute, in the same words. */
  holdsUntil(at: number, now: number): string;
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

  function dayAndTime(at: number, now: number): string {
    const time = clock(at);
    const days = daysBetween(now, at);
    if (days <= 0) return texts.text(locale, 'when.today', { time });
    if (days === 1) return texts.text(locale, 'when.tomorrow', { time });
    return texts.text(locale, 'when.later', { time, day: weekdayAndDate.format(at) });
  }

  const moment = (at: number): string =>
    texts.text(locale, 'when.later', { time: clock(at), day: date.format(at) });
  const upToMinute = (at: number): number => Math.ceil(at / MINUTE_MS) * MINUTE_MS;

  return {
    clock,
    until: (at, now) => dayAndTime(upToMinute(at), now),
    holdsUntil: dayAndTime,
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
