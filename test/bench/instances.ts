/**
 * `npm run test:instances [-- --accounts N --kills N]`: reminds of so many due accounts with three
 * instances on one PostgreSQL, through kills at random, and prints the result.
 */
import { runInstances, type InstanceCounts } from '../e2e/instanceRounds.ts';
import { startPostgres } from '../support/postgres.ts';
import { startProduct } from '../support/product.ts';
import { ALWAYS } from '../support/rotations.ts';
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';

const LABELS: Readonly<Record<keyof InstanceCounts, string>> = {
  accounts: 'accounts due',
  kills: 'kills',
  seconds: 'seconds',
  sent: 'reminders sent',
  ambiguous: 'ambiguous (a kill between sending and noting)',
  cards: 'cards at the connector',
  twice: 'accounts reminded twice',
  mostInSecond: 'most in a second',
  auditedSent: 'audited as sent',
  auditedAmbiguous: 'audited as ambiguous',
  isChainWhole: 'audit chain whole',
};

const accounts = numberOption('accounts', 2_000);
const kills = numberOption('kills', 8);
await longRun(async () => {
  const postgres = await startPostgres();
  let counts: InstanceCounts;
  try {
    const product = await startProduct({
      databaseUrl: postgres.url,
      env: ALWAYS,
      policy: { maxAgeMs: Infinity },
    });
    try {
      counts = await runInstances(product, accounts, kills, (killed, settled) => {
        process.stderr.write(`kill ${String(killed)} after ${String(settled)} reminders\n`);
      });
    } finally {
      await product.stop();
    }
  } finally {
    await postgres.stop();
  }
  const names = Object.keys(LABELS) as (keyof InstanceCounts)[];
  const shown = (name: keyof InstanceCounts): string => {
    const value = counts[name];
    return typeof value === 'number' ? String(Math.round(value)) : String(value);
  };
  process.stdout.write(
    table(
      ['', ''],
      names.map((name) => [LABELS[name], shown(name)]),
    ),
  );
  const isBad =
    counts.twice > 0 ||
    counts.sent + counts.ambiguous !== accounts ||
    counts.auditedSent !== counts.sent ||
    counts.mostInSecond > 20 ||
    !counts.isChainWhole;
  process.exitCode = isBad ? 1 : 0;
});
