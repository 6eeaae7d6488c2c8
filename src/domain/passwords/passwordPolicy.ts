import { byPrecedence, type ForbiddenCharacter, type Reason } from '../reasons.ts';
import { dictionary } from '@zxcvbn-ts/language-common';

/** The longest password, in code points: what Active Directory's own tools accept. */
export const MAX_PASSWORD_LENGTH = 127;

/** The bot's own rules for a new password; they hold whatever the directory answers. */
interface PasswordRules {
  /** Code points. */
  readonly minLength: number;
  readonly forbiddenCharacters: string;
}

/** A new password as it was typed, twice. */
export interface TypedPassword {
  readonly newPassword: string | undefined;
  readonly confirmPassword: string | undefined;
  readonly rules: PasswordRules;
  /** The directory's own least length for the account, where it is stricter. */
  readonly directoryMinLength: number;
  /** Names of the account and of its domain. */
  readonly contextNames: readonly string[];
}

/** A new password's faults by the bot's own rules, most important first; `allFaults` asks for the last 25 too. */
export function passwordFaults(typed: TypedPassword): Reason[] {
  const { newPassword, rules } = typed;
  if (newPassword === undefined || newPassword === '') return ['passwordTooShort'];

  const length = [...newPassword].length;
  // A password cut off at the door cannot be compared: too long goes before a mismatch.
  if (length > MAX_PASSWORD_LENGTH) return ['passwordTooLong'];

  const faults: Reason[] = [];
  if (newPassword !== typed.confirmPassword) faults.push('passwordMismatch');
  const leastLength = Math.max(rules.minLength, typed.directoryMinLength);
  if (length < leastLength) faults.push('passwordTooShort');
  if (forbiddenCharacter(newPassword, rules.forbiddenCharacters) !== undefined) {
    faults.push('passwordForbiddenCharacter');
  }
  if (isCommonPassword(newPassword, typed.contextNames)) faults.push('passwordTooCommon');
  return byPrecedence(faults);
}

/** The faults for which `passwordFaults` looks in a password that was typed at all and is not overlong. */
export const CHECKED_FAULTS: readonly Reason[] = [
  'passwordTooShort',
  'passwordTooLong',
  'passwordForbiddenCharacter',
  'passwordTooCommon',
];

/** A password around its last number. */
export interface LastNumber {
  readonly before: string;
  readonly digits: string;
  readonly after: string;
}

/** The last run of digits in the password; undefined where there is none. */
export function lastNumber(password: string): LastNumber | undefined {
  const match = /^(.*?)([0-9]+)([^0-9]*)$/s.exec(password);
  if (match === null) return undefined;
  const [, before = '', digits = '', after = ''] = match;
  return { before, digits, after };
}

/**
 * The passwords that become this one when their last number is raised by one: `abc10` from `abc9`
 * and `abc09`, `abc09` from `abc08`. Empty where there is no number, or it is zero.
 */
export function loweredPasswords(password: string): string[] {
  const { before, digits, after } = lastNumber(password) ?? { before: '', digits: '', after: '' };
  if (/^0*$/.test(digits)) return [];
  const lowered = String(BigInt(digits) - 1n);
  const forms = [lowered.padStart(digits.length, '0')];
  // A number without leading zeros may have grown by a digit: 99 became 100.
  if (!digits.startsWith('0') && lowered.length < digits.length) forms.push(lowered);
  return forms.map((form) => before + form + after);
}

/** White space at either end: a reader does not see that it is part of the password. */
const EDGE = /^\s|\s$/u;
/**
 * Invisible characters, and gaps other than U+0020: no keyboard types them, and programs cut passwords at
 * control characters.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** The kind of a character that may not be in a password, one that a rule on the card names first. */
export function forbiddenCharacter(
  password: string,
  forbiddenCharacters: string,
): ForbiddenCharacter | undefined {
  if (hasForbidden(password, forbiddenCharacters)) return 'named';
  if (EDGE.test(password)) return 'edge';
  return INVISIBLE.test(password) ? 'invisible' : undefined;
}

/** Whether a forbidden character is there in any spelling that Unicode holds equal: å, a + ring, the ångström sign. */
function hasForbidden(password: string, forbiddenCharacters: string): boolean {
  // A lone surrogate has no UTF-8 form: it could be written but never typed at a logon.
  if (!password.isWellFormed()) return true;
  const composed = new Set(password.normalize('NFC'));
  const clusters = clustersOf(password);
  return clustersOf(forbiddenCharacters).some(
    ({ base, marks }) =>
      composed.has((base + marks.join('')).normalize('NFC')) ||
      (marks.length > 0 &&
        clusters.some(
          (cluster) => cluster.base === base && marks.every((mark) => cluster.marks.includes(mark)),
        )),
  );
}

/** Each letter with the marks on it, decomposed. */
function clustersOf(text: string): { base: string; marks: string[] }[] {
  const clusters = text.normalize('NFD').match(/\P{M}\p{M}*|\p{M}+/gsu) ?? [];
  return clusters.map((cluster) => {
    const [base = '', ...marks] = cluster;
    return { base, marks };
  });
}

/** The passwords that people here try first, as they stand after `fold` (requirement P2). */
const LOCAL_WORDS = [
  ...['losenord', 'losenordet', 'losen'],
  ...['var', 'varen', 'sommar', 'sommaren', 'host', 'hosten', 'vinter', 'vintern'],
  ...['spring', 'summer', 'autumn', 'fall', 'winter'],
  ...['januari', 'februari', 'mars', 'april', 'maj', 'juni', 'juli', 'augusti'],
  ...['september', 'oktober', 'november', 'december'],
  ...['january', 'february', 'march', 'may', 'june', 'july', 'august', 'october'],
  ...['jan', 'feb', 'mar', 'apr', 'jun', 'jul', 'aug', 'sep', 'sept', 'okt', 'oct', 'nov', 'dec'],
];

/** Shorter words of a name are too many and too common to forbid. */
const MIN_CONTEXT_LETTERS = 4;
/** A long password that contains a shorter word of the list is not weak for that. */
const MIN_LISTED_LETTERS = 4;

/** As in Microsoft Entra's password protection: signs that stand for letters. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  $: 's',
  '@': 'a',
  '!': 'i',
};

/** Rows of keys and digits; the list does not hold every piece of them. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
].flatMap((row) => [row, [...row].reverse().join('')]);

let listed: ReadonlySet<string> | undefined;

/** Built at first use: start-up does not wait for 49 000 words. */
function listedPasswords(): ReadonlySet<string> {
  return (listed ??= new Set(dictionary['passwords-common'].map((word) => word.toLowerCase())));
}

/**
 * Whether a guesser would try the password early: it is on the list of common and breached
 * passwords, a piece repeated or a row of keys, or it is such a word, a word of the account's own
 * names, a season or a month, with nothing around it but digits and punctuation.
 */
function isCommonPassword(password: string, contextNames: readonly string[]): boolean {
  const list = listedPasswords();
  const folded = fold(password);
  if (list.has(password.normalize('NFC').toLowerCase()) || list.has(folded)) return true;
  if (isPattern(folded)) return true;

  const words = [letters(folded), letters(inLetters(folded))];
  const local = new Set([...LOCAL_WORDS, ...contextWords(contextNames)]);
  return words.some(
    (word) =>
      local.has(word) || (word.length >= MIN_LISTED_LETTERS && (list.has(word) || isPattern(word))),
  );
}

/** `aaaaaaaa`, `abcabcabc`, `abcdefgh`, `87654321`. */
function isPattern(folded: string): boolean {
  return /^(.{1,3})\1+$/su.test(folded) || ROWS.some((row) => row.includes(folded));
}

/** A directory may hold longer names; folding those would take seconds. */
const MAX_CONTEXT = 256;

/** Each word of four letters or more, and each whole name. */
function contextWords(names: readonly string[]): string[] {
  return names
    .map((name) => fold(name.slice(0, MAX_CONTEXT)))
    .flatMap((name) => [...name.split(/\P{L}+/u), letters(name)])
    .filter((word) => word.length >= MIN_CONTEXT_LETTERS);
}

/** Case and accents apart: `Lösenord` as `losenord`. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

function letters(text: string): string {
  return text.replace(/\P{L}/gu, '');
}

/** `p@ssw0rd2026!` as `password`: the signs within the word are letters, those after it decoration. */
function inLetters(folded: string): string {
  const word = folded.replace(/^\P{L}+(?=\p{L})|\P{L}+$/gu, '');
  return [...word].map((sign) => STANDS_FOR[sign] ?? sign).join('');
}
