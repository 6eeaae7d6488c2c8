import { measureSources } from './sources.ts';
import { measureTaps, type Tapped } from './tapped.ts';

/** A figure of the house: before it was rebuilt, now, and as wanted. */
export interface HouseRow {
  readonly measure: string;
  readonly before: readonly number[];
  readonly now: readonly number[];
  /** At most. */
  readonly wanted: readonly number[];
  readonly isMet: boolean;
}

const HEAD = ['measure', 'before', 'now', 'wanted, at most', 'met'];

/** How much code one must read to follow one tap, and the size of the whole. */
export async function measureHouse(resets: number): Promise<HouseRow[]> {
  const { confirmCode, setPassword } = await measureTaps(resets);
  const sources = await measureSources('src');
  const read = ({ files, functions }: Tapped): number[] => [files, functions];
  const asked = ({ operations: { search = 0, bind = 0, modify = 0 } }: Tapped): number[] => [
    search,
    bind,
    modify,
  ];
  const { files, lines, largestFolder, longestChain, circles, obliqueComments } = sources;
  return [
    row('our files, functions of a confirmCode', [80, 296], read(confirmCode), [50, 180]),
    row('our files, functions of a setPassword', [91, 363], read(setPassword), [60, 230]),
    row('searches, binds, writes of a confirmCode', [6, 0, 0], asked(confirmCode), [2, 0, 0]),
    row('searches, binds, writes of a setPassword', [14, 2, 1], asked(setPassword), [5, 2, 1]),
    row('longest chain of imports, circles', [23, 1], [longestChain, circles], [15, 0]),
    row('src: files, lines', [214, 21_300], [files, lines], [170, 18_500]),
    row('src: files of the fullest folder', [50], [largestFolder], [12]),
    row('lines of comment that begin with Of, What, Who', [159], [obliqueComments], [0]),
  ];
}

function row(
  measure: string,
  before: readonly number[],
  now: readonly number[],
  wanted: readonly number[],
): HouseRow {
  const isMet = now.every((value, index) => value <= wanted[index]!);
  return { measure, before, now, wanted, isMet };
}

/** As lines of a Markdown table. */
export function describeHouse(rows: readonly HouseRow[]): string {
  const lines = rows.map(({ measure, before, now, wanted, isMet }) => [
    measure,
    ...[before, now, wanted].map((values) => values.join(', ')),
    isMet ? 'yes' : 'no',
  ]);
  return [HEAD, HEAD.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}
