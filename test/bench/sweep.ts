/** `npm run bench:sweep [-- --accounts N]`: sweeps that many accounts three times and prints what it cost. */
import { measureSweeps } from '../e2e/sweepRounds.ts';
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';

const FIRST = 500;
const SWEEPS = 3;

const accounts = numberOption('accounts', 100_000);
await longRun(async () => {
  const costs = await measureSweeps(
    FIRST,
    Array.from({ length: SWEEPS }, () => accounts),
  );
  process.stdout.write(
    table(
      ['', 'accounts', 'seconds', 'accounts/s', 'MB before', 'MB most', 'MB more'],
      costs.map(({ seconds, megabytesBefore, megabytesMost }, n) => [
        `sweep ${String(n + 1)}`,
        String(accounts),
        seconds.toFixed(1),
        (accounts / seconds).toFixed(0),
        megabytesBefore.toFixed(0),
        megabytesMost.toFixed(0),
        (megabytesMost - megabytesBefore).toFixed(1),
      ]),
    ),
  );
});
