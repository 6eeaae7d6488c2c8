import { readFileSync } from 'node:fs';
import { Template } from 'adaptivecards-templating';
import type { CardName } from '../../ports/view.ts';

/** One card of cards/. */
interface CardTemplate {
  /** The texts that it binds, without the prefix `text.`. */
  readonly texts: readonly string[];
  expand(data: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

const parseText = Template.parseInterpolatedString.bind(Template);

const CARD_NAMES: Readonly<Record<CardName, true>> = {
  home: true,
  help: true,
  'enrollment.currentPassword': true,
  'enrollment.mobile': true,
  'enrollment.oldCode': true,
  'enrollment.code': true,
  'enrollment.done': true,
  'reset.code': true,
  'reset.newPassword': true,
  'reset.done': true,
  'reset.unknown': true,
  working: true,
  'unlock.code': true,
  'unlock.done': true,
  reminder: true,
  'reminder.done': true,
  invitation: true,
  notice: true,
  refused: true,
  cancelled: true,
  desk: true,
  'desk.account': true,
  caller: true,
  'caller.done': true,
};

/**
 * Reads all templates. Each is parsed when its card is first drawn: parsing costs a hundred times as much as
 * filling, and all together a third of a start.
 */
export function loadTemplates(actions: CardActions = 'execute'): (name: CardName) => CardTemplate {
  readEachExpressionOnce();
  const names = Object.keys(CARD_NAMES) as CardName[];
  const templates = new Map(names.map((name) => [name, parse(readTemplate(name, actions))]));
  return (name) => {
    const template = templates.get(name);
    if (template === undefined) throw new Error(`no card ${name}`);
    return template;
  };
}

const parsed = new Map<string, ReturnType<typeof parseText>>();

/** Most expressions recur on many cards; without this the library parses each occurrence. */
function readEachExpressionOnce(): void {
  Template.parseInterpolatedString = (text) => {
    const expression = parsed.get(text) ?? parseText(text);
    parsed.set(text, expression);
    return expression;
  };
}

/** A file of cards/, which the Adaptive Card Designer opens as it stands, with its buttons' common parts. */
export function readTemplate(name: CardName, actions: CardActions): Json {
  const file = new URL(`../../../cards/${name}.json`, import.meta.url);
  return withButtons(JSON.parse(readFileSync(file, 'utf8')) as Json, actions);
}

function parse(card: Json): CardTemplate {
  const bindings = JSON.stringify(card).matchAll(/\$\{(?:\$root\.)?text\.([\w.]+)\}/g);
  let template: Template | undefined;
  return {
    texts: [...new Set([...bindings].map(([, key = '']) => key))],
    expand(data) {
      template ??= new Template(card);
      return template.expand({ $root: data });
    },
  };
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The buttons' action: Action.Execute with Action.Submit as its fallback, or Action.Submit alone. */
export type CardActions = 'execute' | 'submit';

/**
 * The template with the parts that are the same on every button, which the files in cards/ leave out: the
 * verb in the button's data, and for clients without Action.Execute an Action.Submit that brings the same
 * data. With `submit` each button is that Action.Submit.
 */
function withButtons(node: Json, actions: CardActions): Json {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((child) => withButtons(child, actions));
  if (node['type'] !== 'Action.Execute') {
    const children = Object.entries(node);
    return Object.fromEntries(children.map(([key, child]) => [key, withButtons(child, actions)]));
  }
  const { type, title = '', verb = '', data = {}, ...rest } = node;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new Error(`cards: the data of ${String(verb)} is no object`);
  }
  const brought = { verb, ...data };
  const submit = { type: 'Action.Submit', title, data: brought };
  return actions === 'submit'
    ? { ...rest, ...submit }
    : { ...rest, type, title, verb, data: brought, fallback: submit };
}
