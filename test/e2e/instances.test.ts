import { describe, expect, it } from '@jest/globals';
import { postgresOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { ALWAYS } from '../support/rotations.ts';
import { runInstances } from './instanceRounds.ts';

/** `npm run test:instances` has 2,000 and 80. */
const ACCOUNTS = 120;
const KILLS = 5;

const postgres = await postgresOfSuite();
const product = await productOfSuite({
  databaseUrl: postgres.url,
  env: ALWAYS,
  policy: { maxAgeMs: Infinity },
});

describe('three instances on one database', () => {
  it(`send each of ${String(ACCOUNTS)} reminders once or record it as ambiguous, through ${String(KILLS)} kills`, async () => {
    const counts = await runInstances(product, ACCOUNTS, KILLS);
    const { sent, ambiguous, cards, mostInSecond, seconds } = counts;
    expect(counts.twice).toBe(0);
    expect(sent + ambiguous).toBe(ACCOUNTS);
    expect(ambiguous).toBeLessThanOrEqual(KILLS);
    // A sent reminder is recorded as sent; an ambiguous one may or may not have come.
    expect(cards).toBeGreaterThanOrEqual(sent);
    expect(cards).toBeLessThanOrEqual(ACCOUNTS);
    expect(counts.kills).toBe(KILLS);
    expect(counts.auditedSent).toBe(sent);
    expect(counts.auditedAmbiguous).toBe(ambiguous);
    expect(counts.isChainWhole).toBe(true);
    expect(mostInSecond).toBeLessThanOrEqual(20);
    console.log(
      `${String(ACCOUNTS)} reminders, ${String(KILLS)} kills, ${seconds.toFixed(0)} s, ` +
        `${String(ambiguous)} ambiguous, at most ${String(mostInSecond)} in a second`,
    );
  }, 400_000);
});
