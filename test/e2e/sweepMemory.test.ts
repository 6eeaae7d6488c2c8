import { describe, expect, it } from '@jest/globals';
import { measureSweeps } from './sweepRounds.ts';

/** What a sweep may cost beyond what the bot has before it, however many accounts there are. */
const MOST_MEGABYTES = 32;

describe("a sweep's memory", () => {
  it('does not grow with the number of accounts', async () => {
    const [few, many] = await measureSweeps(500, [5_000, 100_000]);
    const costs = [few!, many!].map(
      ({ megabytesBefore, megabytesMost }) => megabytesMost - megabytesBefore,
    );
    for (const cost of costs) expect(cost).toBeLessThan(MOST_MEGABYTES);
    // Twenty times as many: held in memory they would be 40 MB more, and more with what was read of them.
    expect(costs[1]! - costs[0]!).toBeLessThan(MOST_MEGABYTES / 2);
    console.log(
      [few!, many!]
        .map(({ accounts, seconds }, n) => {
          const speed = (accounts / seconds).toFixed(0);
          return `${String(accounts)} accounts, ${speed}/s, +${costs[n]!.toFixed(1)} MB`;
        })
        .join('; '),
    );
  });
});
