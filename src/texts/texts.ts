import { readFileSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import type { Locale } from '../domain/parties.ts';

/** The values that a message names, by the names of its ICU placeholders. */
export type TextValues = Readonly<Record<string, string | number>>;

/** All texts that people read, in both languages: cards/text.*.json. */
export interface Texts {
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

function readMessages(locale: Locale): Map<string, Message> {
  const file = new URL(`../../cards/text.${locale}.json`, import.meta.url);
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    flatten(content).map(([key, text]) => {
      const format = new IntlMessageFormat(text, locale === 'sv' ? 'sv-SE' : 'en-GB', undefined, {
        ignoreTag: true,
      });
      const placeholders = placeholdersIn(format.getAst());
      const formatted = (values: TextValues): string => String(format.format(values));
      // Most texts have no placeholder: they are made once.
      const made = placeholders.length === 0 ? formatted({}) : undefined;
      return [key, { format: (values) => made ?? formatted(values), placeholders }];
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
