import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '../../support/postgres.ts';
import { refusedTapper, startMeasured } from './measured.ts';
import { tapFor } from './taps.ts';

const file = process.argv[2] ?? '/tmp/perf/taps.cpuprofile';
const pg = process.argv[3] === 'pg' ? await startPostgres() : undefined;
const { product, stop } = await startMeasured(
  { env: { BENCH_PROFILE: file }, ...(pg ? { databaseUrl: await pg.createDatabase('p') } : {}) },
  [join(import.meta.dirname, 'profiler.ts')],
);
try {
  const tappers = [];
  for (let i = 0; i < 4; i += 1) tappers.push(await refusedTapper(product));
  await tapFor(product.teams, product.bot.port, tappers, 5);
  process.kill(product.bot.pid, 'SIGUSR2');
  await pause(300);
  const { times } = await tapFor(product.teams, product.bot.port, tappers, 8);
  process.kill(product.bot.pid, 'SIGUSR2');
  while (!existsSync(file)) await pause(100);
  await pause(500);
  process.stdout.write(`${times.length} taps\n`);
} finally {
  await stop();
  await pg?.stop();
}
