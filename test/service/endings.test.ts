import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { createEndings } from '../../src/service/watch/endings.ts';
import { silentLog } from '../support/silentLog.ts';

const START = Date.UTC(2026, 0, 1);

function watched() {
  let now = START;
  const lines: string[] = [];
  const metrics = createMetrics({ version: '0' });
  const log = { ...silentLog, warn: (_: object, text: string) => void lines.push(text) };
  const endings = createEndings({ log, metrics, clock: () => now });
  return {
    endings,
    /** Looks each day; gives what was said on which. */
    async pass(days: number): Promise<string[]> {
      const said: string[] = [];
      for (let day = 1; day <= days; day += 1) {
        now += DAY_MS;
        endings.look();
        said.push(...lines.splice(0).map((text) => `day ${String(day)}: ${text}`));
      }
      return Promise.resolve(said);
    },
    lines,
    gauge: async () => (await metrics.registry.metrics()).match(/^passwordbot_ends_.+$/gm),
  };
}

describe('the ends of secrets and certificates', () => {
  it('are told 30, 7 and 1 days before, once each', async () => {
    const { endings, pass, lines } = watched();
    endings.note('botSecret', 'MicrosoftAppPassword', START + 40 * DAY_MS);
    expect(lines).toEqual([]);
    expect(await pass(45)).toEqual([
      'day 10: a secret or certificate ends in 30 days: renew it',
      'day 33: a secret or certificate ends in 7 days: renew it',
      'day 39: a secret or certificate ends in 1 days: renew it',
    ]);
  });

  it('are told at once where they are near, and no more once they are renewed', async () => {
    const { endings, pass, lines } = watched();
    endings.note('directoryCertificate', 'ldaps://dc1', START - DAY_MS);
    expect(lines.splice(0)).toEqual(['a secret or certificate has ended: renew it']);
    endings.note('directoryCertificate', 'ldaps://dc1', START + 365 * DAY_MS);
    expect(await pass(100)).toEqual([]);
  });

  it('are shown by the first of a kind', async () => {
    const { endings, gauge } = watched();
    endings.note('directoryCertificate', 'ldaps://dc1', START + 90 * DAY_MS);
    endings.note('directoryCertificate', 'ldaps://dc2', START + 60 * DAY_MS);
    const seconds = String((START + 60 * DAY_MS) / 1000);
    expect(await gauge()).toEqual([
      `passwordbot_ends_timestamp_seconds{ending="directoryCertificate"} ${seconds}`,
    ]);
  });
});
