/**
 * `npm run test:crash [-- --kills N]`: kills the bot at random moments, on SQLite and on PostgreSQL, and
 * prints the result.
 */
import { startPostgres } from '../support/postgres.ts';
import { startProduct } from '../support/product.ts';
import { runCrashes, type CrashCounts } from '../e2e/crashRounds.ts';
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';

const LABELS: Readonly<Record<keyof CrashCounts, string>> = {
  kills: 'kills',
  walks: 'walks (an enrollment and a reset each)',
  secondSms: 'second SMS',
  secondWrites: 'second writes',
  lostFlows: 'lost flows',
  falseCards: 'false cards',
  unknown: 'unknown outcomes',
  resolved: 'unknown outcomes resolved',
  proofsLocked: 'proofs locked by kills in a bind',
  noticesTwice: 'notices told twice',
  isChainWhole: 'audit chain whole',
};

const kills = numberOption('kills', 200);
await longRun(async () => {
  const postgres = await startPostgres();
  const results: CrashCounts[] = [];
  try {
    for (const databaseUrl of [undefined, await postgres.createDatabase('crashes')]) {
      const product = await startProduct(databaseUrl === undefined ? {} : { databaseUrl });
      try {
        const counts = await runCrashes(product, kills, (done) => {
          if (done % 20 === 0) process.stderr.write(`${String(done)} kills\n`);
        });
        process.stderr.write(counts.lost);
        results.push(counts);
      } finally {
        await product.stop();
      }
    }
  } finally {
    await postgres.stop();
  }
  const names = Object.keys(LABELS) as (keyof CrashCounts)[];
  process.stdout.write(
    table(
      ['', 'SQLite', 'PostgreSQL'],
      names.map((name) => [LABELS[name], ...results.map((counts) => String(counts[name]))]),
    ),
  );
  const isBad = results.some(
    (one) =>
      one.secondSms + one.secondWrites + one.lostFlows + one.falseCards > 0 ||
      one.resolved < one.unknown ||
      !one.isChainWhole,
  );
  process.exitCode = isBad ? 1 : 0;
});
