import type { Extent } from '../extent.ts';
import { figureOf, type Row } from '../figures.ts';
import { join } from 'node:path';
import { startMeasured } from '../measured.ts';
import { readProcess } from '../probed.ts';
import { Resetters } from '../resets.ts';

const AT_ONCE = 8;
const WALKERS = 40;
const STEP = 20;
const BYTES_PER_MB = 2 ** 20;

/** The bot's memory after many whole flows, against its memory after 500. */
export async function memoryRows({
  firstFlows,
  flows,
  managers,
  memorySeconds,
}: Extent): Promise<Row[]> {
  const { product, probe, stop } = await startMeasured({}, [
    join(import.meta.dirname, '../hashless.ts'),
  ]);
  const read = async () => {
    const { heap, rss } = await readProcess(probe, 'collected');
    return { heap: heap / BYTES_PER_MB, rss: rss / BYTES_PER_MB };
  };
  try {
    const resetters = await Resetters.enroll(product, Math.min(WALKERS, managers));
    await resetters.run(firstFlows, AT_ONCE);
    const early = await read();
    const endBy = performance.now() + memorySeconds * 1_000;
    let done = firstFlows;
    while (done < flows && performance.now() < endBy) {
      await resetters.run(STEP, AT_ONCE);
      done += STEP;
    }
    const late = await read();
    const goal = { kind: 'atMost', ratio: 1.05 } as const;
    const of = `after ${String(done)} whole resets, floor: after ${String(firstFlows)}`;
    return [
      {
        measure: `heap ${of}`,
        unit: 'MB',
        floor: figureOf([early.heap]),
        product: figureOf([late.heap]),
        goal,
      },
      {
        measure: `resident ${of}`,
        unit: 'MB',
        floor: figureOf([early.rss]),
        product: figureOf([late.rss]),
        goal,
      },
    ];
  } finally {
    await stop();
  }
}
