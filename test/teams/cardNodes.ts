/** An object somewhere in a card. */
export type Node = Readonly<Record<string, unknown>>;

/** All objects of a card in reading order. */
export function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  return [node, ...Object.values(node).flatMap(nodes)];
}

/** All elements or actions of one type. */
export function byType(card: Node, type: string): Node[] {
  return nodes(card).filter((node) => node['type'] === type);
}

/** Everything that can be read on it: texts, labels, titles of buttons and facts, with plain blanks. */
export function texts(value: unknown): string[] {
  return rawTexts(value).map((text) => text.replaceAll('\u00A0', ' '));
}

/** The same, sign by sign. */
export function rawTexts(value: unknown): string[] {
  return nodes(value).flatMap((node) =>
    [node['text'], node['title'], node['value'], node['label']].filter(
      (text): text is string => typeof text === 'string',
    ),
  );
}
