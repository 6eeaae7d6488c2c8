/** `npm run docs:profile`: where the time of a tap goes, as docs/tap.svg. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FROM_SOURCES } from '../support/botProcess.ts';
import { longRun } from './longRun.ts';
import { drawFlameGraph, type CpuProfile } from './performance/flameGraph.ts';
import { refusedTapper, startMeasured } from './performance/measured.ts';
import { tapFor } from './performance/taps.ts';

const WARM_UP_SECONDS = 6;
const SECONDS = 10;
const PICTURE = 'docs/tap.svg';

await longRun(async () => {
  const file = join(tmpdir(), 'tap.cpuprofile');
  const profiler = join(import.meta.dirname, 'performance/profiler.ts');
  const { product, stop } = await startMeasured(
    { env: { BENCH_PROFILE: file }, program: FROM_SOURCES },
    [profiler],
  );
  try {
    const tappers = [await refusedTapper(product), await refusedTapper(product)];
    const { teams, bot } = product;
    await tapFor(teams, bot.port, tappers, WARM_UP_SECONDS);
    process.kill(bot.pid, 'SIGUSR2');
    await pause(500);
    const { times } = await tapFor(teams, bot.port, tappers, SECONDS);
    process.kill(bot.pid, 'SIGUSR2');
    while (!existsSync(file)) await pause(100);
    await pause(1_000);
    const profile = JSON.parse(await readFile(file, 'utf8')) as CpuProfile;
    await writeFile(PICTURE, drawFlameGraph(profile, `${String(times.length)} taps, SQLite`));
    process.stdout.write(`${PICTURE} written\n`);
  } finally {
    await stop();
  }
});
