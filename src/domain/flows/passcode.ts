/** The usual rules for codes; an administrator may choose others within the bounds that the configuration sets. */
export const USUAL_CODES = { digits: 6, lifeSeconds: 300, attempts: 5 } as const;

/** The flow that a code belongs to, and the number that it was sent to: it proves no other. */
export interface PasscodeTo {
  readonly flowId: string;
  readonly mobile: string;
}

/** Spaces of every width, the line breaks of a pasted text and the zero-width space. */
const SPACES = /[\s\u200B]/gu;
const FULL_WIDTH_DIGITS = /[\uFF10-\uFF19]/gu;
const FULL_WIDTH_OFFSET = 0xff10 - 0x30;

/** Longer input than a code with spaces is not looked at. */
const MAX_INPUT_LENGTH = 64;

/** The digits of a typed code; undefined where the input cannot be a code of that length. */
export function readPasscode(input: string, length: number): string | undefined {
  if (input.length > MAX_INPUT_LENGTH) return undefined;
  const digits = input
    .replace(SPACES, '')
    .replace(FULL_WIDTH_DIGITS, (digit) =>
      String.fromCharCode(digit.charCodeAt(0) - FULL_WIDTH_OFFSET),
    );
  return digits.length === length && /^[0-9]+$/.test(digits) ? digits : undefined;
}

/**
 * A code of `length` decimal digits, leading zeros kept. `random` gives whole numbers from 0 to
 * below its argument, all equally likely and unpredictable.
 */
export function passcodeFrom(random: (exclusiveMax: number) => number, length: number): string {
  return String(random(10 ** length)).padStart(length, '0');
}
