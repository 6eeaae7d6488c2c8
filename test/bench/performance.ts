/**
 * `npm run bench [-- --quick] [-- --json] [-- --only taps] [-- --runs 5]`: the bot's distance from the best
 * that its parts can do, over whole runs; and by `-- --only tap` how much of the house one tap runs through.
 */
import { parseArgs } from 'node:util';
import { describeHouse, measureHouse } from './house/table.ts';
import { longRun } from './longRun.ts';
import { table } from './output.ts';
import { FULL, QUICK, TINY } from './performance/extent.ts';
import {
  describeFigure,
  describeGoal,
  describeMet,
  describeRatio,
  judge,
  spreadOf,
  type JudgedRow,
  type Row,
  type SpreadRow,
} from './performance/figures.ts';
import { crowdRows } from './performance/rows/crowd.ts';
import { domainSizeRows } from './performance/rows/domainSize.ts';
import { growthRows } from './performance/rows/growth.ts';
import { hashingRows } from './performance/rows/hashing.ts';
import { memoryRows } from './performance/rows/memory.ts';
import { resetRows } from './performance/rows/resets.ts';
import { startRows } from './performance/rows/start.ts';
import { sweepRows } from './performance/rows/sweep.ts';
import { postgresTapRows, tapRows } from './performance/rows/taps.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    // Lets a test see that the rows run at all.
    tiny: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '1' },
  },
});
const extent = values.tiny ? TINY : values.quick ? QUICK : FULL;
const MEASURES: Readonly<Record<string, (of: typeof extent) => Promise<Row[]>>> = {
  taps: tapRows,
  postgresTaps: postgresTapRows,
  resets: resetRows,
  hashing: hashingRows,
  crowd: crowdRows,
  start: startRows,
  sweep: sweepRows,
  memory: memoryRows,
  growth: growthRows,
  domainSize: domainSizeRows,
};

const NAMES = [...Object.keys(MEASURES), 'tap'];
if (values.only !== undefined && !NAMES.includes(values.only)) {
  throw new Error(`--only takes one of ${NAMES.join(', ')}`);
}
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1');
const began = performance.now();
const seconds = (): string => ((performance.now() - began) / 1_000).toFixed(0);

async function measureOnce(run: number): Promise<JudgedRow[]> {
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(MEASURES)) {
    if (values.only !== undefined && values.only !== name) continue;
    process.stderr.write(`${seconds().padStart(4)} s  run ${String(run)}  ${name}\n`);
    rows.push(...(await measure(extent)));
  }
  return rows.map(judge);
}

/** A figure within one run may be steady and yet another one in the next: a goal is held against each run. */
async function measureAll(): Promise<(JudgedRow | SpreadRow)[]> {
  const first = await measureOnce(1);
  if (runs === 1) return first;
  const all = [first];
  while (all.length < runs) all.push(await measureOnce(all.length + 1));
  return first.map((_row, index) => spreadOf(all.flatMap((rows) => rows[index] ?? [])));
}

function print(rows: readonly (JudgedRow | SpreadRow)[]): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ seconds: Number(seconds()), rows }, null, 2)}\n`);
    return;
  }
  const lines = rows.map((row) => [
    `${row.measure}, ${row.unit}`,
    describeFigure(row.floor),
    describeFigure(row.product),
    describeRatio(row),
    describeGoal(row),
    describeMet(row),
  ]);
  process.stdout.write(table(['measure', 'floor', 'product', 'ratio', 'goal', 'met'], lines));
  process.stdout.write(`\n${seconds()} s\n`);
}

async function printHouse(): Promise<void> {
  const rows = await measureHouse(extent.windows);
  process.stdout.write(
    values.json ? `${JSON.stringify({ rows }, null, 2)}\n` : describeHouse(rows),
  );
}

await longRun(async () => {
  if (values.only === 'tap') await printHouse();
  else print(await measureAll());
});
