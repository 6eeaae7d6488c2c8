import { dictionary } from '@zxcvbn-ts/language-common';

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
export function isCommonPassword(password: string, contextNames: readonly string[]): boolean {
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
