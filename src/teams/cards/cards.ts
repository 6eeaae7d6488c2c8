import { z } from 'zod';
import type { Locale } from '../../domain/parties.ts';
import type { CardName, View } from '../../ports/view.ts';
import { CardError } from '../../ports/errors.ts';
import { createTexts, createWords, type TextValues } from '../../texts/texts.ts';
import type { Card, Message } from '../out/connector.ts';
import { type CardActions, loadTemplates } from './templates.ts';
import { cardFacts } from './cardFacts.ts';
import { problemFacts, type Voice } from './facts.ts';
import { named, plain } from './markdown.ts';

export interface Cards {
  /**
   * The card of a view as of `now` (epoch ms). The card carries no more outside data than the view does:
   * handles in its buttons, escaped names, masked numbers.
   * Its summary is its title and, where it is about one account, the account's name.
   * @throws CardError where a template or text is broken
   */
  readonly draw: (view: View, locale: Locale, now: number) => Message;
}

export interface CardOptions {
  /** The line shown where only a person can help, e.g. `Servicedesk 019-21 00 00`. */
  readonly serviceDesk: string;
  /** IANA name of the time zone in which times are told. */
  readonly timeZone: string;
  readonly codeLength: number;
  /** The organisation that runs the bot, as the welcome names it; absent: none is named. */
  readonly organisation?: string | undefined;
  /** Default: `execute`. */
  readonly actions?: CardActions | undefined;
}

/** Reads cards/ once. @throws Error where a template or text is missing. */
export function createCards(
  options: CardOptions,
  texts = createTexts(),
  templateOf = loadTemplates(options.actions),
): Cards {
  const { codeLength, organisation = '' } = options;
  const desk = plain(options.serviceDesk);
  const always = {
    desk,
    codeLength,
    organisation: plain(organisation),
    isNamed: organisation === '' ? 'no' : 'yes',
  };
  const words = {
    sv: createWords(texts, 'sv', options.timeZone),
    en: createWords(texts, 'en', options.timeZone),
  };

  /** The most specific text: of this card, of all code cards, of all cards. */
  function keyOf(card: CardName, key: string): string {
    const candidates = [`${card}.${key}`, ...(isCodeCard(card) ? [`codeCard.${key}`] : [])];
    return candidates.find((candidate) => texts.has(candidate)) ?? key;
  }

  /** The keys of the texts that a card's template binds, once it has been drawn. */
  const keysBound = new Map<CardName, ReadonlyMap<string, string>>();

  /** No time is broken over a line; the service desk's line stands as it is configured. */
  function textIn(locale: Locale, key: string, values: TextValues): string {
    const parts = texts.text(locale, key, values).split(desk);
    return parts.map((part) => part.replace(BEFORE_TIME, NO_BREAK_SPACE)).join(desk);
  }

  /** The texts that the template binds, as far as the view has their values. */
  function boundTexts(card: CardName, locale: Locale, values: TextValues): Branch {
    const keys =
      keysBound.get(card) ??
      new Map(templateOf(card).texts.map((path) => [path, keyOf(card, path)]));
    keysBound.set(card, keys);
    const root: Branch = {};
    for (const [path, key] of keys) {
      const isComplete = texts.placeholders(locale, key).every((name) => name in values);
      if (isComplete) put(root, path, textIn(locale, key, values));
    }
    return root;
  }

  function filled(view: View, locale: Locale, now: number): Card {
    const { card } = view;
    const voice: Voice = {
      locale,
      now,
      desk,
      words: words[locale],
      text: (key, values = {}) => textIn(locale, key, values),
    };
    const facts = cardFacts(view, voice);
    const values = { ...facts.values, ...always };
    const problem = problemFacts(
      'problem' in view ? view.problem : undefined,
      values,
      voice,
      (key) => keyOf(card, key),
    );
    const rendered = templateOf(card).expand({
      ...facts.data,
      ...problem.data,
      locale,
      text: boundTexts(card, locale, { ...values, ...problem.values }),
    });
    // A binding without a value stays in the card as it stands in the template.
    if (JSON.stringify(rendered).includes('${')) throw new Error('a binding is empty');
    return rendered;
  }

  return {
    draw(view, locale, now) {
      try {
        const card = filled(view, locale, now);
        return { card, summary: summaryOf(view, card) };
      } catch (error) {
        throw new CardError(view.card, error);
      }
    },
  };
}

/** A blank before a time. */
const BEFORE_TIME = / (?=\d\d[.:]\d\d(?!\d))/g;
const NO_BREAK_SPACE = '\u00A0';

/** Clients show it in place of the card, as it stands: no escape may be left in it. */
function summaryOf(view: View, card: Card): string {
  const [first] = titleSchema.parse(card).body;
  const title = first.text.replace(/\\(?=[^\p{L}\p{N}\s])/gu, '');
  if (!('accountName' in view) || view.accountName === undefined) return title;
  return `${title}${/\p{P}$/u.test(title) ? '' : ':'} ${named(view.accountName)}`;
}

const titleSchema = z.object({ body: z.tuple([z.object({ text: z.string() })], z.unknown()) });

function isCodeCard(card: CardName): boolean {
  return card.endsWith('.code') || card === 'enrollment.oldCode';
}

interface Branch {
  [key: string]: string | Branch;
}

/** Puts `a.b` where the template's `text.a.b` finds it. */
function put(root: Branch, path: string, text: string): void {
  const names = path.split('.');
  const leaf = names.pop();
  let branch = root;
  for (const name of names) {
    const next = branch[name];
    const child = typeof next === 'object' ? next : {};
    branch[name] = child;
    branch = child;
  }
  if (leaf !== undefined) branch[leaf] = text;
}
