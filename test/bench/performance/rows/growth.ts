import { join } from 'node:path';
import type { Product } from '../../../support/product.ts';
import type { Extent } from '../extent.ts';
import { figureOf, percentileOf, type Figure, type Row } from '../figures.ts';
import { startMeasured } from '../measured.ts';
import { Resetters } from '../resets.ts';
import { storeFlows } from '../storedFlows.ts';

const HASHLESS = join(import.meta.dirname, '../hashless.ts');
const GOAL = { kind: 'atMost', ratio: 1.3 } as const;

/** The growth of a tap's wait with the number of simultaneous managers and of stored flows. */
export async function growthRows(extent: Extent): Promise<Row[]> {
  const { product, stop } = await startMeasured({}, [HASHLESS]);
  try {
    const resetters = await Resetters.enroll(product, extent.managers);
    const p95 = (atOnce: number): Promise<Figure> => measure(extent, resetters, atOnce);
    await p95(1);
    const [few, some, many] = [await p95(1), await p95(10), await p95(extent.managers)];
    const rows = [
      grown('p95 of a tap, 10 managers at once, floor: 10 times 1', times(few, 10), some),
      grown(
        `p95 of a tap, ${String(extent.managers)} managers at once, floor: ${String(extent.managers / 10)} times 10`,
        times(some, extent.managers / 10),
        many,
      ),
    ];
    return [...rows, await storedRow(extent, product, resetters)];
  } finally {
    await stop();
  }
}

async function storedRow(extent: Extent, product: Product, resetters: Resetters): Promise<Row> {
  storeFlows(product, 1_000);
  const few = await measure(extent, resetters, 1);
  storeFlows(product, extent.storedFlows);
  const many = await measure(extent, resetters, 1);
  return grown(
    `p95 of a tap with ${String(extent.storedFlows)} flows stored, floor: 1000`,
    few,
    many,
  );
}

async function measure(
  { windows, resets }: Extent,
  resetters: Resetters,
  atOnce: number,
): Promise<Figure> {
  const values: number[] = [];
  for (let index = 0; index < windows; index += 1) {
    const taps = await resetters.run(Math.max(resets, atOnce), atOnce);
    values.push(percentileOf(taps, 0.95));
  }
  return figureOf(values);
}

function times({ median, low, high }: Figure, factor: number): Figure {
  return { median: median * factor, low: low * factor, high: high * factor };
}

function grown(measure: string, floor: Figure, product: Figure): Row {
  return { measure, unit: 'ms', floor, product, goal: GOAL };
}
