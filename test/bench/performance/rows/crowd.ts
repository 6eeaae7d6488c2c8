import type { Extent } from '../extent.ts';
import { pairedRow, percentileOf, type Row } from '../figures.ts';
import { hashAll, hashOnce } from '../hash.ts';
import { startMeasured } from '../measured.ts';
import { readProcess } from '../probed.ts';
import { Resetters } from '../resets.ts';
import { interleave } from '../windows.ts';

/** A crowd that sets its passwords at the same moment, and what a whole reset costs, with the real hash. */
export async function crowdRows(extent: Extent): Promise<Row[]> {
  const { product, probe, stop } = await startMeasured();
  try {
    const resetters = await Resetters.enroll(product, extent.crowd);
    return [await burstRow(extent, resetters), await costRow(extent, resetters, probe)];
  } finally {
    await stop();
  }
}

async function burstRow({ windows, crowd }: Extent, resetters: Resetters): Promise<Row> {
  const { floor, product } = await interleave(
    windows,
    async () => percentileOf(await hashAll(crowd), 0.95),
    async () => percentileOf(await resetters.burst(crowd), 0.95),
  );
  return pairedRow(
    {
      measure: `p95 of setPassword, ${String(crowd)} managers at once, floor: their hashes alone`,
      unit: 'ms',
      goal: { kind: 'atMost', ratio: 1.5 },
    },
    floor,
    product,
  );
}

async function costRow(
  { windows, resets }: Extent,
  resetters: Resetters,
  probe: string,
): Promise<Row> {
  const { floor, product } = await interleave(
    windows,
    async () => {
      const before = process.cpuUsage();
      for (let index = 0; index < resets; index += 1) await hashOnce();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000 / resets;
    },
    async () => {
      const before = await readProcess(probe);
      await resetters.run(resets, 1);
      const after = await readProcess(probe);
      return (after.cpuUs - before.cpuUs) / 1_000 / resets;
    },
  );
  return pairedRow(
    {
      measure: 'CPU of a whole reset, floor: one hash',
      unit: 'ms',
      goal: { kind: 'atMost', ratio: 80 / 30 },
    },
    floor,
    product,
  );
}
