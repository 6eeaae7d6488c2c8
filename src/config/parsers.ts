import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { isDn, isFilter } from './shapes.ts';
import { Secret } from '../domain/secret.ts';

/*
 * Schemas of which the variables are made. The message of each says what would be right and never repeats
 * the value: it may be a secret in the wrong place.
 */

const MAX_LINE_LENGTH = 120;
const ONE_LINE = /^(?=.*\S)\P{C}+$/u;

function required(right: string) {
  return z.string({ error: `is required: ${right}` });
}

/** Text of a form. */
export function matching(pattern: RegExp, right: string) {
  return required(right).regex(pattern, `must be ${right}`);
}

/** A parser that gives undefined for wrong input, as a schema. */
export function parsed<T>(right: string, parse: (text: string) => T | undefined) {
  return required(right).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${right}` });
    return z.NEVER;
  });
}

/** A number within bounds, both allowed. */
export function wholeNumber(least: number, most: number) {
  const right = `a whole number from ${String(least)} to ${String(most)}`;
  return parsed(right, (text) => {
    const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : undefined;
  });
}

/** One of a few words. */
export function choice<const T extends readonly string[]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

/** Text that is wrapped at once, so that it is never printed. */
export function secret(right: string) {
  return required(right).transform((text) => new Secret(text));
}

/** A distinguished name. */
export const directoryName = (right: string) =>
  parsed(right, (text) => (isDn(text) ? text : undefined));

/** The most frequent mistakes: `(!objectClass=computer)`, and spaces that make a long filter readable. */
const FILTER_SYNTAX =
  'no spaces between parentheses, a negation is written (!(objectClass=computer)), and ( ) \\ in a value \\28 \\29 \\5c';
export const filter = parsed(`an LDAP filter in parentheses: ${FILTER_SYNTAX}`, (text) =>
  isFilter(text) ? text : undefined,
);

/** A filter that must depend on the person: a fixed one would find the same entry for everybody. */
export const managerFilter = parsed(
  `an LDAP filter in parentheses with {upn}, {mail} or {aadObjectId} and no other placeholder: ${FILTER_SYNTAX}`,
  (text) => {
    const names = [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');
    const isKnown = names.every((name) => ['upn', 'mail', 'aadObjectId'].includes(name));
    return isFilter(text) && names.length > 0 && isKnown ? text : undefined;
  },
);

export const countries = parsed('ISO country codes of two letters, separated by commas', (text) => {
  const codes = text.split(',').map((code) => code.trim().toUpperCase());
  return codes.every((code) => isSupportedCountry(code)) ? [...new Set(codes)] : undefined;
});

export const reminderDays = parsed(
  'whole numbers of days from 0 to 365, separated by commas',
  (text) => {
    const days = text.split(',').map((day) => day.trim());
    if (!days.every((day) => /^[0-9]{1,3}$/.test(day) && Number(day) <= 365)) return undefined;
    return [...new Set(days.map(Number))].sort((a, b) => b - a);
  },
);

export const timeZone = parsed('an IANA time zone, e.g. Europe/Stockholm', (text) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
});

/** Twilio: a number in E.164, or a name of 1 to 11 letters, digits and spaces with a letter in it. */
export const SENDER =
  /^(?:\+[1-9][0-9]{6,14}|(?=.{1,11}$)(?=.*[A-Za-z])[A-Za-z0-9]+(?: +[A-Za-z0-9]+)*)$/;

/** One line of text that fits on a card. */
export function oneLine(right: string) {
  return required(right)
    .regex(ONE_LINE, 'must be one line of text')
    .max(MAX_LINE_LENGTH, `must be at most ${String(MAX_LINE_LENGTH)} characters`);
}

/** A variable's description in the documents. */
export interface VariableText {
  /** One line, without a full stop. */
  readonly meaning: string;
  /** The bot does not start in production without it. */
  readonly isNeeded?: true;
  /** The schema's default as it is written in the environment. */
  readonly default?: string;
  /** In words: what holds without it. */
  readonly otherwise?: string;
  /** For .env.example, where there is no default to show. */
  readonly example?: string;
}

/** The texts of the variables, by their schemas. */
export const TEXTS = z.registry<VariableText>();
