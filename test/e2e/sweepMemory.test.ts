import { describe, expect, it } from '@jest/globals';
import { measureSweeps } from './sweepRounds.ts';

/** What a sweep may cost beyond what the bot has before it, however many accounts there are. */
const MOST_MEGABYTES = 32;
/** Twenty times as many: held in memory they would be 40 MB more, and more with what was read of them. */
const MOST_GROWTH_MEGABYTES = MOST_MEGABYTES / 2;
const TRIES = 3;
const SUITE_MS = 600_000;

/** What a sweep of few accounts and one of many cost a bot that was started for them. */
async function measureOnce() {
  const [few, many] = await measureSweeps(500, [5_000, 100_000]);
  const costs = [few!, many!].map(
    ({ megabytesBefore, megabytesMost }) => megabytesMost - megabytesBefore,
  );
  return { sweeps: [few!, many!], costs, growth: costs[1]! - costs[0]! };
}

/**
 * The same, up to three times: memory that is given back late makes a sweep look dear now and then, one
 * that holds its accounts looks so each time. Each try has a bot of its own, since one that has grown
 * would not be seen to grow again.
 */
async function measure() {
  for (let tried = 1; ; tried += 1) {
    const measured = await measureOnce();
    const { costs, growth } = measured;
    const isGood = Math.max(...costs) < MOST_MEGABYTES && growth < MOST_GROWTH_MEGABYTES;
    if (isGood || tried === TRIES) return measured;
  }
}

describe("a sweep's memory", () => {
  it(
    'does not grow with the number of accounts',
    async () => {
      const { sweeps, costs, growth } = await measure();
      for (const cost of costs) expect(cost).toBeLessThan(MOST_MEGABYTES);
      expect(growth).toBeLessThan(MOST_GROWTH_MEGABYTES);
      console.log(
        sweeps
          .map(({ accounts, seconds }, n) => {
            const speed = (accounts / seconds).toFixed(0);
            return `${String(accounts)} accounts, ${speed}/s, +${costs[n]!.toFixed(1)} MB`;
          })
          .join('; '),
      );
    },
    SUITE_MS,
  );
});
