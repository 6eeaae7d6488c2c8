// Runs in the browser: looks at the report as it is drawn.

/** The visible part of that section’s plot: painted shapes, texts, and the words that name it. */
globalThis.lookAtPlot = (id) => {
  const svg = document.querySelector(`#${id} svg[role=img]`);
  const isSeries = (path) =>
    `${path.getAttribute('fill')} ${path.getAttribute('stroke')}`.includes('--series-');
  const boxes = [...svg.querySelectorAll('path')].filter(isSeries).map((path) => path.getBBox());
  const named = svg.getAttribute('aria-labelledby').split(' ');
  return {
    seen: boxes.filter(({ width, height }) => Math.max(width, height) > 2).length,
    texts: [...svg.querySelectorAll('text')].map((text) => text.textContent),
    named: named.map((name) => document.getElementById(name)?.textContent ?? ''),
  };
};

const numberIn = (cell) => Number(cell.textContent.replace(/\D/g, ''));

/** The figures by name, as they stand in the tiles. */
globalThis.tiles = () =>
  Object.fromEntries(
    [...document.querySelectorAll('dd')].map((cell) => [cell.dataset.figure, numberIn(cell)]),
  );

/** The sum of each column of the section's table. */
globalThis.sums = (id) =>
  [...document.querySelectorAll(`#${id} tbody tr`)]
    .map((row) => [...row.querySelectorAll('td')].map(numberIn))
    .reduce((sum, cells) => sum.map((value, n) => value + cells[n]));

globalThis.colours = () => [
  getComputedStyle(document.body).backgroundColor,
  getComputedStyle(document.querySelector('svg text')).fill,
];

/** By how many pixels the page is wider than its window. */
globalThis.overflow = () => document.documentElement.scrollWidth - innerWidth;

/** Where axe finds a fault. */
globalThis.runAxe = async () => {
  const { violations, passes } = await globalThis.axe.run();
  return {
    checked: passes.map(({ id }) => id),
    findings: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`)),
  };
};
