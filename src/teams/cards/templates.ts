import { readFileSync } from 'node:fs';
import { Template } from 'adaptivecards-templating';
import type { CardName } from '../../ports/view.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = Record<string, Json>;

/** One card of cards/, ready to be filled. */
export interface CardTemplate {
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

/** The buttons' action: Action.Execute with Action.Submit as its fallback, or Action.Submit alone. */
export type CardActions = 'execute' | 'submit';

/** Reads, composes and parses all templates: parsing costs a hundred times as much as filling. */
export function loadTemplates(actions: CardActions = 'execute'): (name: CardName) => CardTemplate {
  readEachExpressionOnce();
  const templates = new Map(
    [...composeTemplates()].map(([name, template]) => [
      name,
      parse(actions === 'submit' ? withSubmit(template) : template),
    ]),
  );
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

/** The templates with their fragments in place, as the templating library takes them. */
export function composeTemplates(): ReadonlyMap<string, Json> {
  const fragments = readJson('fragments');
  return new Map(Object.keys(CARD_NAMES).map((name) => [name, compose(readJson(name), fragments)]));
}

function readJson(name: string): JsonObject {
  const file = new URL(`../../../cards/${name}.json`, import.meta.url);
  const content: Json = JSON.parse(readFileSync(file, 'utf8'));
  return objectOf(content, name);
}

function objectOf(json: Json | undefined, name: string): JsonObject {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`cards: ${name} is no object`);
  }
  return json;
}

function parse(card: Json): CardTemplate {
  const bindings = JSON.stringify(card).matchAll(/\$\{(?:\$root\.)?text\.([\w.]+)\}/g);
  const template = new Template(card);
  return {
    texts: [...new Set([...bindings].map(([, key = '']) => key))],
    expand: (data) => template.expand({ $root: data }),
  };
}

/** The template with each Action.Execute replaced by its fallback, which keeps its data, condition and style. */
function withSubmit(node: Json): Json {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(withSubmit);
  if (node['type'] === 'Action.Execute') {
    const { $data, $when, style, fallback } = node;
    return {
      ...($data === undefined ? {} : { $data }),
      ...($when === undefined ? {} : { $when }),
      ...objectOf(fallback, 'the fallback of a button'),
      ...(style === undefined ? {} : { style }),
    };
  }
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, withSubmit(child)]));
}

/**
 * Puts fragments in place: `{ "$use": "button", "verb": "cancel" }` becomes the fragment `button`
 * with every `#{verb}` in it replaced. A list that fills an element of a list is spliced in.
 */
function compose(node: Json, fragments: JsonObject, parameters: JsonObject = {}): Json {
  if (typeof node === 'string') return fill(node, parameters);
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.flatMap((child) => compose(child, fragments, parameters));

  const { $use, $when, ...rest } = node;
  const composed = Object.fromEntries(
    Object.entries(rest).map(([key, child]) => [key, compose(child, fragments, parameters)]),
  );
  const condition = $when === undefined ? {} : { $when };
  if (typeof $use !== 'string') return { ...condition, ...composed };
  const fragment = objectOf(fragments[$use], `fragment ${$use}`);
  return { ...objectOf(compose(fragment, fragments, composed), $use), ...condition };
}

function fill(text: string, parameters: JsonObject): Json {
  const [, whole] = /^#\{(\w+)\}$/.exec(text) ?? [];
  if (whole !== undefined) return parameter(whole, parameters);
  return text.replace(/#\{(\w+)\}/g, (_, name: string) => String(parameter(name, parameters)));
}

function parameter(name: string, parameters: JsonObject): Json {
  const value = parameters[name];
  if (value === undefined) throw new Error(`cards: no value for #{${name}}`);
  return value;
}
