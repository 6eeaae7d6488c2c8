import { afterEach, describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { Secret } from '../../src/domain/secret.ts';
import { closeBenches, openBench } from './support.ts';

afterEach(closeBenches);

describe('readiness', () => {
  it('reports readiness at once, also where the check hangs', async () => {
    const bench = await openBench();
    const ready = await fetch(`${bench.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', degraded: [] }]);
    for (const state of [false, 'hangs'] as const) {
      bench.state.isReady = state;
      const times: number[] = [];
      for (let time = 0; time < 5; time += 1) {
        const started = performance.now();
        const answer = await fetch(`${bench.url}/readyz`);
        expect([answer.status, await answer.json()]).toEqual([
          503,
          { status: 'unavailable', degraded: [] },
        ]);
        times.push(performance.now() - started);
      }
      // The quickest of several: a busy machine may be late at each of them.
      expect(Math.min(...times)).toBeLessThan(200);
      expect((await fetch(`${bench.url}/healthz`)).status).toBe(200);
    }
  });
});

describe('metrics', () => {
  const withCounter = (): Registry => {
    const registry = new Registry();
    new Counter({ name: 'taps_total', help: 'x', registers: [registry] });
    return registry;
  };

  it('are shown to this machine, but to no proxy on it', async () => {
    const open = await openBench({}, { metrics: withCounter() });
    expect(await (await fetch(`${open.url}/metrics`)).text()).toContain('taps_total 0');
    for (const name of ['forwarded', 'x-forwarded-for']) {
      const answer = await fetch(`${open.url}/metrics`, { headers: { [name]: 'x' } });
      expect([answer.status, await answer.text()]).toEqual([403, '']);
    }
  });

  it('are shown to the bearer of the token only, where there is one', async () => {
    const metricsToken = new Secret('token-of-metrics');
    const closed = await openBench({ metricsToken }, { metrics: withCounter() });
    const status = async (authorization?: string) =>
      (await fetch(`${closed.url}/metrics`, { headers: authorization ? { authorization } : {} }))
        .status;
    expect(await status()).toBe(403);
    expect(await status('Bearer token-of-metric')).toBe(403);
    expect(await status('Basic token-of-metrics')).toBe(403);
    expect(await status('Bearer token-of-metrics')).toBe(200);
  });
});
