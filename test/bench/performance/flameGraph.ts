/** A V8 CPU profile as it is written to a file; the part of it that is drawn. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Frame {
  readonly name: string;
  readonly children: Map<string, Frame>;
  us: number;
}

const WIDTH = 1_200;
const ROW = 17;
/** Idle time, and the time of the profiler itself. */
const LEFT_OUT = ['(idle)', '(program)', 'toggle'];
/** Narrower than this a frame is invisible, px. */
const NARROWEST = 1.5;
const CHARACTER = 6.3;
const MOST_ROWS = 40;

/** Where a frame's code is from, and the colour of such frames. */
const ORIGINS: readonly (readonly [name: string, pattern: RegExp, colour: string])[] = [
  ['the bot', /^(?!.*node_modules).*\/src\//, '#7fb069'],
  ['packages', /node_modules/, '#e6aa68'],
  ['Node.js and native code', /./, '#9fb4c7'],
];

/**
 * The profile as a picture: width is time, and a frame stands above its callees. `what`: drawn as its
 * title.
 */
export function drawFlameGraph(profile: CpuProfile, what: string): string {
  const root = framesOf(profile);
  const rows: string[] = [];
  let deepest = 0;
  const draw = (frame: Frame, left: number, depth: number): void => {
    const width = (frame.us / root.us) * WIDTH;
    if (width < NARROWEST || depth > MOST_ROWS) return;
    deepest = Math.max(deepest, depth);
    rows.push(rectangle(frame, { left, width, depth, share: frame.us / root.us }));
    let next = left;
    for (const child of [...frame.children.values()].sort((a, b) => b.us - a.us)) {
      draw(child, next, depth + 1);
      next += (child.us / root.us) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = (deepest + 3) * ROW;
  const key = ORIGINS.map(
    ([name, , colour], index) =>
      `<rect x="${String(700 + index * 130)}" y="4" width="10" height="10" fill="${colour}"/>` +
      `<text x="${String(714 + index * 130)}" y="13">${name}</text>`,
  ).join('');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(height)}" font-family="monospace" font-size="10.5">`,
    `<rect width="100%" height="100%" fill="#fff"/><text x="4" y="13">${escape(what)}</text>${key}`,
    `<g transform="translate(0 ${String(2 * ROW)})">${rows.join('\n')}</g></svg>\n`,
  ].join('\n');
}

function framesOf({ nodes, samples, timeDeltas }: CpuProfile): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])));
  const root: Frame = { name: 'all', children: new Map(), us: 0 };
  for (const [index, sample] of samples.entries()) {
    const us = timeDeltas[index] ?? 0;
    const path: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = callers.get(id)) {
      const frame = byId.get(id)?.callFrame;
      if (frame !== undefined && frame.functionName !== '(root)') path.unshift(nameOf(frame));
    }
    if (path.some((name) => LEFT_OUT.includes(name.split(' ', 1)[0] ?? ''))) continue;
    root.us += us;
    let at = root;
    for (const name of path) {
      const child = at.children.get(name) ?? { name, children: new Map(), us: 0 };
      at.children.set(name, child);
      child.us += us;
      at = child;
    }
  }
  return root;
}

function nameOf({ functionName, url }: { functionName: string; url: string }): string {
  const place = /(?:node_modules\/((?:@[^/]+\/)?[^/]+)|(\/src\/.+))/.exec(
    url.slice(Math.max(0, url.lastIndexOf('node_modules'))),
  );
  const where = place?.[1] === undefined ? (place?.[2] ?? url) : `node_modules ${place[1]}`;
  const name = functionName === '' ? '(anonymous)' : functionName;
  return where === '' ? name : `${name}  ${where}`;
}

function rectangle(
  { name }: Frame,
  at: { left: number; width: number; depth: number; share: number },
): string {
  const { left, width, depth, share } = at;
  const [, , colour] = ORIGINS.find(([, pattern]) => pattern.test(name))!;
  const fits = Math.floor(width / CHARACTER);
  const [x, y] = [left.toFixed(1), String(depth * ROW)];
  const label =
    fits > 3
      ? `<text x="${(left + 3).toFixed(1)}" y="${String(depth * ROW + 12)}">${escape(name.slice(0, fits - 1))}</text>`
      : '';
  const title = `<title>${escape(name)} ${(share * 100).toFixed(1)} %</title>`;
  return `<g>${title}<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="16" fill="${colour}" stroke="#fff"/>${label}</g>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
