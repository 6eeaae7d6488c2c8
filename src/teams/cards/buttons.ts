export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The buttons' action: Action.Execute with Action.Submit as its fallback, or Action.Submit alone. */
export type CardActions = 'execute' | 'submit';

/**
 * The template with the parts that are the same on every button, which the files in cards/ leave out: the
 * verb in the button's data, and for clients without Action.Execute an Action.Submit that brings the same
 * data. With `submit` each button is that Action.Submit.
 */
export function withButtons(node: Json, actions: CardActions): Json {
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
