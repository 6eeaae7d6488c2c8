/** Longer names add nothing and make a card heavy. */
const MAX_CHARACTERS = 120;
/** Words of letters and digits: no sign in them acts. */
const ORDINARY = /^[a-zåäö0-9]+(?: [a-zåäö0-9]+)*$/i;

/**
 * A name or other text from outside as a TextBlock shows it letter by letter: one line, no Markdown, links,
 * mentions or card functions (requirement T8). Only signs that would act are escaped, so that an ordinary
 * account name stays as it is.
 */
export function plain(text: string): string {
  if (text.length <= MAX_CHARACTERS && ORDINARY.test(text)) return text;
  return named(text)
    .replace(/[\\`*[\]<>~]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&(?=#?\w+;)/g, '\\&')
    .replace(/(?<=[{$])\{/g, '\\{')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/(?<=\bwww)\./gi, '\\.')
    .replace(/^[#+-]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/**
 * The name on one line, for what shows text as it stands: without line breaks, control characters and the marks that
 * turn the reading direction.
 */
export function named(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/(?!\u200D)\p{Cf}/gu, '')
    .trim();
  const characters = [...line];
  if (characters.length <= MAX_CHARACTERS) return line;
  return `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`;
}
