// Runs in the browser: draws cards with Microsoft's own renderer, each in a shadow root of its own,
// because cards of one page may not share the ids of their inputs.

const markdown = markdownit();
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};
/** The properties that the parser reads by itself, beside those of an element's schema. */
const PARSED = {
  AdaptiveCard: ['version', 'body', 'actions'],
  Container: ['items'],
  Column: ['items'],
  ColumnSet: ['columns'],
  ActionSet: ['actions'],
  TableCell: ['items'],
};
const ANYWHERE = ['type', 'id', 'requires', 'fallback'];

/** Draws the cards below each other; returns the parser's complaints. */
globalThis.showCards = ({ locale, css, background, hostConfig, cards }) => {
  document.documentElement.lang = locale;
  document.body.style.background = background;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const chat = document.getElementById('messages');
  chat.className = '';
  chat.replaceChildren();
  const faults = [];
  for (const { name, content } of cards) {
    const host = document.createElement('div');
    host.className = 'message';
    host.dataset.name = name;
    chat.append(host);
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    faults.push(...draw(content, hostConfig, root).map((fault) => `${name}: ${fault}`));
  }
  return faults;
};

function draw(content, hostConfig, root) {
  // The renderer keeps this pattern's place from card to card, and so refuses every other one.
  AdaptiveCards.CardElement.langProperty.regEx.lastIndex = 0;
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
  card.parse(content, context);
  const frame = document.createElement('div');
  frame.className = 'frame';
  root.append(frame);
  frame.append(card.render());
  const parsed = Array.from({ length: context.eventCount }, (_, n) => context.getEventAt(n));
  const events = [...parsed, ...card.validateProperties().validationEvents];
  return [...events.map(({ message }) => message), ...unknownProperties(content)];
}

/** Properties that no element of that type has in version 1.5: the parser passes over them. */
function unknownProperties(node) {
  if (Array.isArray(node)) return node.flatMap(unknownProperties);
  if (typeof node !== 'object' || node === null) return [];
  const { type } = node;
  const children = Object.entries(node).flatMap(([key, child]) =>
    key === 'data' ? [] : unknownProperties(child),
  );
  if (type === undefined) return children;
  const known = knownProperties(type);
  if (known === undefined) return [`no element ${type}`, ...children];
  const unknown = Object.keys(node).filter((key) => !known.includes(key));
  return [...unknown.map((key) => `${type} has no property ${key}`), ...children];
}

function knownProperties(type) {
  const { v1_5 } = AdaptiveCards.Versions;
  const { elements, actions } = AdaptiveCards.GlobalRegistry;
  const instance =
    type === 'AdaptiveCard'
      ? new AdaptiveCards.AdaptiveCard()
      : (elements.createInstance(type, v1_5) ?? actions.createInstance(type, v1_5));
  if (!instance) return undefined;
  const schema = instance.getSchema();
  const properties = Array.from({ length: schema.getCount() }, (_, n) => schema.getItemAt(n));
  const names = properties
    .filter(({ targetVersion }) => targetVersion.compareTo(v1_5) <= 0)
    .map(({ name }) => name);
  return [...names, ...ANYWHERE, ...(PARSED[type] ?? [])];
}

/**
 * Puts the cards beside each other in columns, each at whole pixels; returns where each one is.
 */
globalThis.layOut = ({ card, columns, hasNames }) => {
  const chat = document.getElementById('messages');
  chat.className = hasNames ? 'sheet named' : 'sheet';
  chat.style.columnCount = columns;
  const messages = [...chat.children];
  for (const message of messages) {
    message.style.width = `${card}px`;
    message.style.height = 'auto';
  }
  const heights = messages.map((message) => Math.ceil(message.getBoundingClientRect().height));
  for (const [n, message] of messages.entries()) message.style.height = `${heights[n]}px`;
  return messages.map((message) => {
    const { x, y, width, height } = message.getBoundingClientRect();
    return { name: message.dataset.name, x, y: y + globalThis.scrollY, width, height };
  });
};
