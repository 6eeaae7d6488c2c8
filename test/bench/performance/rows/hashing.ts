import { join } from 'node:path';
import type { Extent } from '../extent.ts';
import { figureOf, type Row } from '../figures.ts';
import { hashOnce } from '../hash.ts';
import { startMeasured } from '../measured.ts';
import { readProcess } from '../probed.ts';
import { Resetters } from '../resets.ts';
import { interleave } from '../windows.ts';

/** The password's slow hash: its chosen cost, and that the bot answers others meanwhile. */
export async function hashingRows({ windows, resets }: Extent): Promise<Row[]> {
  const slow = await startMeasured();
  const quick = await startMeasured({}, [join(import.meta.dirname, '../hashless.ts')]);
  try {
    const [one, other] = [
      await Resetters.enroll(slow.product, 4),
      await Resetters.enroll(quick.product, 4),
    ];
    const stops = async (probe: string, resetters: Resetters): Promise<number> => {
      await readProcess(probe, 'watched');
      await resetters.run(Math.min(resets, 8), 4);
      return (await readProcess(probe)).delayMs;
    };
    const { floor, product } = await interleave(
      windows,
      () => stops(quick.probe, other),
      () => stops(slow.probe, one),
    );
    const costs: number[] = [];
    for (let index = 0; index < windows; index += 1) costs.push(await hashOnce());
    return [
      { measure: 'one password hash (P3b), 12 MiB', unit: 'ms', product: figureOf(costs) },
      {
        measure: 'longest stop of the event loop in resets, floor: without hashing',
        unit: 'ms',
        floor: figureOf(floor),
        product: figureOf(product),
      },
    ];
  } finally {
    await slow.stop();
    await quick.stop();
  }
}
