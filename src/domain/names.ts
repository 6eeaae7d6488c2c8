/** A person, and what tells them from others of their name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The names under which people are told of persons. An address before a name tells the person from a
 * colleague whose name it holds, or from an office (the desk and the organisation, as configured, are `offices`
 * too); it comes first, since a text message cuts long names at their end. Names are read once for all that
 * are told: among hundreds, each against each would take seconds.
 */
export function distinctNames(
  colleagues: readonly Named[],
  offices: readonly string[],
): (name: string, id: string | undefined, address: string | undefined) => string {
  const holders = new Map<string, Set<string>>();
  for (const { id, name } of colleagues) {
    for (const words of [wordsOf(name, looks), wordsOf(name, drawn)]) {
      const ids = holders.get(words.join(' '));
      if (ids === undefined) holders.set(words.join(' '), new Set([id]));
      else ids.add(id);
    }
  }
  const sharesWord = createWordTest([...OFFICES, ...offices]);
  return (name, id, address) => {
    if (address === undefined) return name;
    if (seen(name) === '') return address;
    const isTaken = [looks, drawn].some((form) =>
      namesWithin(wordsOf(name, form)).some((within) => {
        const ids = holders.get(within);
        return ids !== undefined && ids.size > (id !== undefined && ids.has(id) ? 1 : 0);
      }),
    );
    const isTold = isTaken || FOREIGN.test(name) || !isPersons(name) || sharesWord(name);
    return isTold ? `${address} (${name})` : name;
  };
}

/** The words of a name, sorted: neither their order nor the signs between them tell two names apart. */
function wordsOf(name: string, form: typeof looks): readonly string[] {
  return [...new Set(form(name).match(/\p{L}+/gu))].sort();
}

/** Persons have names of no more words. */
const MOST_WORDS = 8;

/** Whether it can be a person's name: it has letters, and no sign of an address, which would pass for the bot's own. */
function isPersons(name: string): boolean {
  const words = wordsOf(name, looks);
  return words.length > 0 && words.length <= MOST_WORDS && !looks(name).includes('@');
}

/** The name of those words, and each that stands within it: a word alone is many people's. */
function namesWithin(words: readonly string[]): string[] {
  if (words.length < 2 || words.length > MOST_WORDS) return [words.join(' ')];
  return Array.from({ length: 2 ** words.length }, (_, mask) =>
    words.filter((_word, at) => (mask >> at) % 2 === 1),
  ).flatMap((some) => (some.length < 2 ? [] : [some.join(' ')]));
}

/** Words of names that any person might go by: a change would pass for the office's, or for the reader's own. */
const OFFICES = [
  'Service desk',
  'Servicedesk',
  'Helpdesk',
  'Support',
  'Kundtjänst',
  'Kundtjanst',
  'Lösenordshjälp',
  'Losenordshjalp',
  'Avdelning',
  'Administratör',
  'Administrator',
  'Admin',
  'Systemförvaltare',
  'IT',
  'Du',
  'You',
];

/** Words of offices with fewer letters are part of too many other words. */
const LEAST_LETTERS = 5;
/** Words of offices this long are part of no person's name: any ending may follow, as in `Supportgruppen`. */
const LONG_LETTERS = 7;
/** The letters that may follow a shorter word, as in `Supporten`. */
const MOST_ENDING = 3;

/** Tells whether a word of a name is a word of one of the others, or has one within it. */
function createWordTest(others: readonly string[]): (name: string) => boolean {
  const tests = [looks, drawn].map((form) => {
    const wordsOf = (one: string): string[] =>
      form(one.replace(NUMBER, ' ')).match(/\p{L}+/gu) ?? [];
    const taken = others.flatMap(wordsOf);
    return (name: string): boolean =>
      wordsOf(name).some((word) => taken.some((other) => isFormOf(word, other)));
  });
  return (name) => tests.some((test) => test(name));
}

/** Whether the word is the other one, bent or compounded: `Supporten`, `Driftsupport`. */
function isFormOf(word: string, other: string): boolean {
  if (word === other) return true;
  const at = word.lastIndexOf(other);
  if (other.length < LEAST_LETTERS || at === -1) return false;
  return other.length >= LONG_LETTERS || word.length - at - other.length <= MOST_ENDING;
}

/** A telephone's number is no word, though 0 and 1 may stand for letters in one. */
const NUMBER = /(?<![\p{L}\p{M}\p{N}])\p{N}+(?![\p{L}\p{N}])/gu;
/** Letters of another script may look like Latin ones. */
const FOREIGN = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/u;
/** A directory may hold longer ones; normalizing those would take seconds. */
const MAX_COMPARED = 256;

/** Equal for names that no reader tells apart by their signs. */
function looks(name: string): string {
  return seen(name).slice(0, MAX_COMPARED).normalize('NFKC').toLocaleLowerCase('sv');
}

/** Equal also where two letters look alike in the fonts of a chat. */
function drawn(name: string): string {
  return looks(
    name
      .replace(/[I1|\u0131]/g, 'l')
      .replaceAll('0', 'o')
      .replaceAll('\u0251', 'a')
      .replaceAll('\u0261', 'g'),
  );
}

/** Without the signs that nobody sees, however many there are before the first letter. */
function seen(name: string): string {
  return name
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
}
