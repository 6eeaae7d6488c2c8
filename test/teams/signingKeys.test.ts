import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createChannelKey } from '../support/tokens.ts';
import { expectNothingDone, sendAs } from './knock.ts';
import { closeBenches, openBench } from './support.ts';
import type { Bench } from './support.ts';

describe('signing keys', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(closeBenches);

  it('finds a key that was published after the last fetch', async () => {
    expect(await sendAs(bench, {})).toBe(200);
    bench.teams.keys.unshift(createChannelKey('key-2', ['msteams']));
    bench.state.now = () => Date.now() + 6_000;
    expect(await sendAs(bench, {})).toBe(200);
    expect(bench.teams.keyFetches).toBe(2);
  });

  it('finds such a key also where the clock was set back since', async () => {
    expect(await sendAs(bench, {})).toBe(200);
    bench.teams.keys.unshift(createChannelKey('key-2', ['msteams']));
    bench.state.now = () => Date.now() - 60_000;
    expect(await sendAs(bench, {})).toBe(200);
    expect(bench.teams.keyFetches).toBe(2);
  });

  it('are renewed where the clock was set back, for nobody knows how old they are then', async () => {
    expect(await sendAs(bench, {})).toBe(200);
    bench.state.now = () => Date.now() - 60_000;
    expect(await sendAs(bench, {})).toBe(200);
    await bench.teams.until(() => bench.teams.keyFetches === 2);
  });

  it('does not fetch for every made-up key id', async () => {
    for (let index = 0; index < 20; index += 1) {
      const header = { kid: `made-up-${String(index)}` };
      expect(await sendAs(bench, {}, bench.teams.token({ header }))).toBe(401);
    }
    expect(bench.teams.keyFetches).toBe(1);
  });

  it('goes on with keys at hand for a day while they cannot be fetched', async () => {
    expect(await sendAs(bench, {})).toBe(200);
    bench.teams.fail('metadata', { status: 500 });
    const claims = (at: number) => ({ nbf: at / 1_000 - 60, exp: at / 1_000 + 60 });
    for (const [hours, status] of [
      [13, 200],
      [25, 503],
    ] as const) {
      const at = Date.now() + hours * 3_600_000;
      bench.state.now = () => at;
      expect(await sendAs(bench, {}, bench.teams.token({ claims: claims(at) }))).toBe(status);
    }
    expect(bench.turns.taken).toHaveLength(2);
  });

  it.each(['metadata', 'keys'] as const)('says 503 while the %s cannot be had', async (what) => {
    bench.teams.fail(what, { status: 503 });
    expect(await sendAs(bench, {})).toBe(503);
    expectNothingDone(bench);
    bench.teams.heal(what);
    bench.state.now = () => Date.now() + 6_000;
    expect(await sendAs(bench, {})).toBe(200);
  });

  it('says once a minute, with a count, that no token can be verified', async () => {
    bench.teams.fail('metadata', { status: 503 });
    for (let times = 0; times < 5; times += 1) expect(await sendAs(bench, {})).toBe(503);
    const told = (): object[] =>
      bench.logged
        .filter((line) => !line.includes('could not be fetched'))
        .map((line) => JSON.parse(line));
    expect(told()).toMatchObject([{ status: 503, why: 'keys' }]);
    await bench.server.close();
    expect(told().slice(1)).toMatchObject([{ status: 503, why: 'keys', times: 4 }]);
  });
});
