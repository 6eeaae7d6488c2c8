// Runs in the browser: looks for parts of the drawn cards that a person could not read or reach.

/** Rounding of the layout, pixels. */
const SLACK = 1;
/** Room that a native list takes for its arrow, pixels. */
const ARROW = 24;
/** A word that has to be broken keeps at least so many letters together. */
const LEAST_LETTERS = 3;

const canvas = document.createElement('canvas').getContext('2d');

/** One line for each fault, with the card and the text that it is about. */
globalThis.findFaults = () =>
  [...document.querySelectorAll('.message')].flatMap((message) =>
    faultsOf(message.shadowRoot.querySelector('.frame')).map(
      (fault) => `${message.dataset.name}: ${fault}`,
    ),
  );

/** True where the font is one of the machine, whatever it falls back to otherwise. */
globalThis.hasFont = (family) => {
  const widths = ['serif', 'monospace'].map((fallback) => {
    canvas.font = `40px "${family}", ${fallback}`;
    return canvas.measureText('mmmiiiWWW').width;
  });
  return widths[0] === widths[1];
};

function faultsOf(frame) {
  const card = frame.getBoundingClientRect();
  const elements = [...frame.querySelectorAll('*')];
  const buttons = elements.filter(({ localName }) => localName === 'button');
  return [
    ...elements.flatMap(cutOff),
    ...texts(frame).flatMap((text) => outside(text, card)),
    ...texts(frame).flatMap(brokenWords),
    ...elements.flatMap(inputTooNarrow),
    ...buttons.flatMap((button) => badButton(button, card)),
    ...overlapping(buttons),
  ];
}

/** Everything that is scrolled or hidden away. */
function cutOff(element) {
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
  // Inline elements have no box of their own.
  if (clientWidth === 0 && clientHeight === 0) return [];
  const faults = [];
  if (scrollWidth > clientWidth) faults.push(`${quote(element)} is wider than its box`);
  if (scrollHeight > clientHeight + SLACK && element.localName !== 'select') {
    faults.push(`${quote(element)} is higher than its box`);
  }
  return faults;
}

function outside(text, card) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const inside = [...range.getClientRects()].every((box) => contains(card, box));
  return inside ? [] : [`${quote(text)} stands outside the card`];
}

/** Words that do not fit a line are broken, but not into crumbs; others are not broken at all. */
function brokenWords(text) {
  return [...text.data.matchAll(/[^\s\-–/.@]+/g)].flatMap(({ 0: word, index }) => {
    const lines = linesOf(text, index, word.length);
    if (lines.length < 2) return [];
    const block = text.parentElement.closest('.ac-textBlock, p, div');
    canvas.font = globalThis.getComputedStyle(text.parentElement).font;
    if (canvas.measureText(word).width <= block.clientWidth) return [`"${word}" is broken`];
    return lines.slice(0, -1).some((letters) => letters < LEAST_LETTERS)
      ? [`"${word}" is broken into crumbs`]
      : [];
  });
}

/** How many letters of the word stand on each line. */
function linesOf(text, start, length) {
  const range = document.createRange();
  range.setStart(text, start);
  range.setEnd(text, start + length);
  if (range.getClientRects().length < 2) return [length];
  const letters = new Map();
  for (let at = start; at < start + length; at += 1) {
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    letters.set(top, (letters.get(top) ?? 0) + 1);
  }
  return [...letters.values()];
}

/** The text of an input before anything is typed: its placeholder or its choices. */
function inputTooNarrow(element) {
  const style = globalThis.getComputedStyle(element);
  const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
  const room = element.clientWidth - padding;
  canvas.font = style.font;
  const isTooWide = (text, width) => canvas.measureText(text).width > width;
  if (element.localName === 'input' && isTooWide(element.placeholder, room)) {
    return [`placeholder "${element.placeholder}" is wider than its input`];
  }
  if (element.localName !== 'select') return [];
  const choices = [...element.options].map(({ text }) => text);
  return choices
    .filter((choice) => isTooWide(choice, room - ARROW))
    .map((choice) => `choice "${choice}" is wider than its list`);
}

function badButton(button, card) {
  const box = button.getBoundingClientRect();
  const faults = contains(card, box) ? [] : [`button ${quote(button)} stands outside the card`];
  if (button.textContent.trim() === '') faults.push('a button says nothing');
  if (box.width < 24 || box.height < 24) faults.push(`button ${quote(button)} is too small to tap`);
  for (const text of texts(button)) {
    const range = document.createRange();
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()];
    if (!lines.every((line) => contains(box, line))) {
      faults.push(`button ${quote(button)} does not hold its text`);
    }
  }
  return faults;
}

function overlapping(buttons) {
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  return buttons.flatMap((button, n) =>
    boxes.slice(n + 1).some((other) => overlap(boxes[n], other))
      ? [`button ${quote(button)} lies on another`]
      : [],
  );
}

function overlap(one, other) {
  return (
    one.left < other.right &&
    other.left < one.right &&
    one.top < other.bottom &&
    other.top < one.bottom
  );
}

function contains(outer, inner) {
  return (
    inner.left >= outer.left - SLACK &&
    inner.right <= outer.right + SLACK &&
    inner.top >= outer.top - SLACK &&
    inner.bottom <= outer.bottom + SLACK
  );
}

function texts(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data.trim() === '' ? [] : [node];
  // The browser draws a list's choices.
  return node.localName === 'select' ? [] : [...node.childNodes].flatMap(texts);
}

function quote(node) {
  const text = node.textContent.trim().replace(/\s+/g, ' ');
  return text === '' ? `<${node.localName}>` : `"${text.slice(0, 60)}"`;
}
