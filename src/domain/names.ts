/** A person, and what tells them from others of their name. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * The names under which people are told of persons. An address before a name tells the person from a
 * colleague of the same name, or from an office (the desk and the organisation, as configured, are `offices`
 * too); it comes first, since a text message cuts long names at their end. Names are read once for all that
 * are told: among hundreds, each against each would take seconds.
 */
export function distinctNames(
  colleagues: readonly Named[],
  offices: readonly string[],
): (name: string, id: string | undefined, address: string | undefined) => string {
  const holders = new Map<string, Set<string>>();
  for (const { id, name } of colleagues) {
    for (const form of formsOf(name)) {
      const ids = holders.get(form);
      if (ids === undefined) holders.set(form, new Set([id]));
      else ids.add(id);
    }
  }
  const sharesWord = createWordTest([...OFFICES, ...offices]);
  return (name, id, address) => {
    const isTaken = formsOf(name).some((form) => {
      const ids = holders.get(form);
      return ids !== undefined && ids.size > (id !== undefined && ids.has(id) ? 1 : 0);
    });
    const isTold = isTaken || FOREIGN.test(name) || sharesWord(name);
    return isTold && address !== undefined ? `${address} (${name})` : name;
  };
}

/** The forms of a name; one that shares either is not told from it by its readers. */
function formsOf(name: string): readonly string[] {
  return [`looks ${looks(name)}`, `drawn ${drawn(name)}`];
}

/** Words of names that any person might go by: a change would pass for the office's. */
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
  'IT',
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
  return seen(seen(name).slice(0, MAX_COMPARED).normalize('NFKC')).toLocaleLowerCase('sv');
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
