import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The size of the sources, and the links between their files. */
export interface SourceFigures {
  readonly files: number;
  readonly lines: number;
  /** Files of the fullest folder, those below its own folders left out. */
  readonly largestFolder: number;
  /** Files on the longest way along imports, types included; a circle is one of them. */
  readonly longestChain: number;
  /** Groups of files that all import each other, directly or through others. */
  readonly circles: number;
  /** Comment lines that match OBLIQUE. */
  readonly obliqueComments: number;
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;
const OBLIQUE = /^\s*(?:\/\/|\/?\*+)\s+(?:Of|What|Who|Whoever)\b/gm;

/** Reads every TypeScript file below a folder. */
export async function measureSources(root: string): Promise<SourceFigures> {
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = new Map<string, string>();
  for (const name of names) {
    const file = resolve(root, name);
    texts.set(file, await readFile(file, 'utf8'));
  }
  const folders = Map.groupBy(texts.keys(), dirname);
  return {
    files: texts.size,
    lines: countIn(texts, /\n/g),
    largestFolder: Math.max(...[...folders.values()].map((files) => files.length)),
    ...chainsOf(importsOf(texts)),
    obliqueComments: countIn(texts, OBLIQUE),
  };
}

function countIn(texts: ReadonlyMap<string, string>, pattern: RegExp): number {
  return [...texts.values()].reduce((sum, text) => sum + [...text.matchAll(pattern)].length, 0);
}

function importsOf(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  return new Map(
    [...texts].map(([file, text]) => [
      file,
      [...text.matchAll(IMPORT)]
        .map(([, path = '']) => join(dirname(file), path))
        .filter((path) => texts.has(path)),
    ]),
  );
}

/** Tarjan's groups come in such an order that what a group imports comes before it. */
function chainsOf(imports: ReadonlyMap<string, readonly string[]>) {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const longest = new Map<string, number>();
  let circles = 0;
  function visit(file: string): void {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    for (const other of imports.get(file) ?? []) {
      if (!order.has(other)) visit(other);
      if (open.includes(other)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(other)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const group = open.splice(open.indexOf(file));
    if (group.length > 1) circles += 1;
    const below = group.flatMap((one) => imports.get(one) ?? []);
    const chain = 1 + Math.max(0, ...below.map((other) => longest.get(other) ?? 0));
    for (const one of group) longest.set(one, chain);
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return { longestChain: Math.max(0, ...longest.values()), circles };
}
