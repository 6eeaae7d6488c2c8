/**
 * `npm run bench:sweep [-- --accounts N]`: lets one bot sweep few accounts, then that many three times, and
 * prints the cost. Memory that is given back late makes a sweep look dear now and then; one that held its
 * accounts would look so in the first of the large ones each time.
 */
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';
import { measureSweeps } from './sweepRounds.ts';

const FIRST = 500;
const FEW = 5_000;
const SWEEPS = 3;
/**
 * The memory that a sweep may use beyond the bot's memory before it, however many accounts there are, MB.
 */
const MOST = 32;
/** 100,000 accounts held in memory would be 40 MB more than 5,000, and more with what was read of them, MB. */
const MOST_GROWTH = 16;

const accounts = numberOption('accounts', 100_000);
await longRun(async () => {
  const costs = await measureSweeps(FIRST, [FEW, ...Array<number>(SWEEPS).fill(accounts)]);
  const more = costs.map(({ megabytesBefore, megabytesMost }) => megabytesMost - megabytesBefore);
  process.stdout.write(
    table(
      ['', 'accounts', 'seconds', 'accounts/s', 'MB before', 'MB most', 'MB more', 'goal', 'met'],
      costs.map(({ accounts: swept, seconds, megabytesBefore, megabytesMost }, n) => {
        const goal = n === 0 ? MOST : Math.min(MOST, more[0]! + MOST_GROWTH);
        return [
          `sweep ${String(n + 1)}`,
          String(swept),
          seconds.toFixed(1),
          (swept / seconds).toFixed(0),
          megabytesBefore.toFixed(0),
          megabytesMost.toFixed(0),
          more[n]!.toFixed(1),
          `<= ${goal.toFixed(1)}`,
          more[n]! <= goal ? 'yes' : 'NO',
        ];
      }),
    ),
  );
});
