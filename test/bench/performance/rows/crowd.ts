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
    for (let time = 0; time < extent.crowdWarmUps; time += 1) await resetters.burst(extent.crowd);
    return [
      await burstRow(extent, resetters),
      await costRow(extent, resetters, probe),
      await aloneRow(extent, resetters, probe),
    ];
  } finally {
    await stop();
  }
}

async function burstRow({ tapWindows, crowd }: Extent, resetters: Resetters): Promise<Row> {
  const { floor, product } = await interleave(
    tapWindows,
    async () => percentileOf(await hashAll(crowd), 0.95),
    async () => percentileOf(await resetters.burst(crowd), 0.95),
  );
  return pairedRow(
    {
      measure: `p95 of setPassword on a warm bot, ${String(crowd)} managers at once, floor: their hashes alone`,
      unit: 'ms',
      goal: { kind: 'atMost', ratio: 1.5 },
    },
    floor,
    product,
  );
}

/** The cost of a whole reset where so many managers make one at once. */
async function costRow(
  { windows, crowd }: Extent,
  resetters: Resetters,
  probe: string,
): Promise<Row> {
  const { floor, product } = await interleave(
    windows,
    () => cpuOf(crowd, ownCpuMs, () => hashAll(crowd)),
    () =>
      cpuOf(
        crowd,
        () => cpuMs(probe),
        () => resetters.burst(crowd),
      ),
  );
  return pairedRow(
    {
      measure: 'CPU of a whole reset among them, floor: one hash',
      unit: 'ms',
      goal: { kind: 'atMost', ratio: 80 / 30 },
    },
    floor,
    product,
  );
}

/** The same for one manager after the other: each event wakes the process up. */
async function aloneRow(
  { windows, resets }: Extent,
  resetters: Resetters,
  probe: string,
): Promise<Row> {
  const { floor, product } = await interleave(
    windows,
    () =>
      cpuOf(resets, ownCpuMs, async () => {
        for (let index = 0; index < resets; index += 1) await hashOnce();
      }),
    () =>
      cpuOf(
        resets,
        () => cpuMs(probe),
        () => resetters.run(resets, 1),
      ),
  );
  return pairedRow(
    { measure: 'CPU of a whole reset, one after the other, floor: one hash', unit: 'ms' },
    floor,
    product,
  );
}

/** CPU time of one of so many, ms. */
async function cpuOf(
  count: number,
  read: () => number | Promise<number>,
  work: () => Promise<unknown>,
): Promise<number> {
  const before = await read();
  await work();
  return ((await read()) - before) / count;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function cpuMs(probe: string): Promise<number> {
  return (await readProcess(probe)).cpuUs / 1_000;
}
