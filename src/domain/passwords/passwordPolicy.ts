import { isCommonPassword } from './commonPasswords.ts';
import { byPrecedence } from '../reasons.ts';
import type { ForbiddenCharacter, Reason } from '../reasons.ts';

/** The longest password, in code points: what Active Directory's own tools accept. */
export const MAX_PASSWORD_LENGTH = 127;

/** The bot's own rules for a new password; they hold whatever the directory answers. */
export interface PasswordRules {
  /** Code points. */
  readonly minLength: number;
  readonly forbiddenCharacters: string;
}

/** The rules for a new password: the bot's own and the directory's, as one list. */
export interface ShownRules {
  readonly minLength: number;
  readonly maxLength: number;
  readonly forbiddenCharacters: string;
  readonly historyLength: number;
  readonly requiresComplexity: boolean;
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

/** A new password's faults by the bot's own rules, most important first; its history apart. */
export function passwordFaults(typed: TypedPassword): Reason[] {
  const { newPassword, rules } = typed;
  if (newPassword === undefined || newPassword === '') return ['passwordTooShort'];

  const length = [...newPassword].length;
  // A password cut off at the door cannot be compared: too long goes before a mismatch.
  if (length > MAX_PASSWORD_LENGTH) return ['passwordTooLong'];

  const faults: Reason[] = [];
  if (newPassword !== typed.confirmPassword) faults.push('passwordMismatch');
  if (length < leastLength(rules, typed.directoryMinLength)) faults.push('passwordTooShort');
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

/** Lower case, upper case, digits, signs, and letters that have no case. */
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /[0-9]/, /[^\p{L}\p{M}0-9]/u, /\p{Lo}/u];

/** Whether three kinds of characters are there, which Active Directory asks for where it wants complexity. */
export function isComplex(password: string): boolean {
  return KINDS.filter((kind) => kind.test(password)).length >= 3;
}

/** The least length that holds: the bot's or the directory's, whichever is more; code points. */
export function leastLength(rules: PasswordRules, directoryMinLength: number): number {
  return Math.max(rules.minLength, directoryMinLength);
}

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

/** The kind of a character that may not be in a password; undefined where there is none. */
export function forbiddenCharacter(
  password: string,
  forbiddenCharacters: string,
): ForbiddenCharacter | undefined {
  if (EDGE.test(password)) return 'edge';
  if (INVISIBLE.test(password)) return 'invisible';
  return hasForbidden(password, forbiddenCharacters) ? 'named' : undefined;
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
