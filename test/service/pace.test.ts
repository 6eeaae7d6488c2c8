import { describe, expect, it } from '@jest/globals';
import type { SmsGateway, SmsOutcome } from '../../src/ports/sms.ts';
import { createHealth, observeSms } from '../../src/service/watch/observed.ts';
import { createPace } from '../../src/service/waiting/waiting.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { delay } from '../../src/wiring.ts';

const REST_MS = 60;
/** The rests of the SMS service pass this many times as fast. */
const HASTE = 10;
const never = new AbortController().signal;
const isBad = (result: string): boolean => result === 'bad';

function system(initial: 'good' | 'bad') {
  const state = { answer: initial as 'good' | 'bad', calls: [] as number[] };
  const call = (): Promise<string> => {
    state.calls.push(performance.now());
    return Promise.resolve(state.answer);
  };
  return { state, call };
}

/** A delay that counts the rests. */
function counted() {
  const rests: number[] = [];
  const rest: typeof delay = (ms, signal) => {
    rests.push(ms);
    return delay(ms, signal);
  };
  return { rests, rest };
}

describe('a pace', () => {
  it('lets everything through while the system answers', async () => {
    const { state, call } = system('good');
    const pace = createPace(REST_MS, delay);
    await Promise.all(Array.from({ length: 50 }, () => pace.run(never, call, isBad)));
    expect(state.calls).toHaveLength(50);
  });

  it('is not begun by two failures, and is by three', async () => {
    const { state, call } = system('bad');
    const { rests, rest } = counted();
    const pace = createPace(REST_MS, rest);
    await pace.run(never, call, isBad);
    await pace.run(never, call, isBad);
    state.answer = 'good';
    await pace.run(never, call, isBad);
    state.answer = 'bad';
    for (let time = 0; time < 3; time += 1) await pace.run(never, call, isBad);
    expect(rests).toEqual([]);
    await pace.run(never, call, isBad);
    expect(rests).toEqual([REST_MS]);
    expect(state.calls[6]! - state.calls[5]!).toBeGreaterThanOrEqual(REST_MS - 2);
  });

  it('lets one call a rest out for fifty callers who insist', async () => {
    const { state, call } = system('bad');
    const pace = createPace(REST_MS, delay);
    for (let time = 0; time < 3; time += 1) await pace.run(never, call, isBad);
    const end = new AbortController();
    const insist = async (): Promise<void> => {
      while (!end.signal.aborted) {
        await pace.run(end.signal, call, isBad);
        if (state.calls.length >= 8) end.abort();
      }
    };
    await Promise.all(Array.from({ length: 50 }, insist));
    for (const [index, at] of state.calls.slice(3).entries()) {
      expect(at - state.calls[index + 2]!).toBeGreaterThanOrEqual(REST_MS - 2);
    }
  });

  it('ends with the first good answer, for all who wait', async () => {
    const { state, call } = system('bad');
    const { rests, rest } = counted();
    const pace = createPace(REST_MS, rest);
    for (let time = 0; time < 3; time += 1) await pace.run(never, call, isBad);
    state.answer = 'good';
    const all = await Promise.all(Array.from({ length: 20 }, () => pace.run(never, call, isBad)));
    expect(new Set(all)).toEqual(new Set(['good']));
    expect(rests).toHaveLength(1);
  });

  it('calls nothing for whose time is up, and passes an exception on to its own caller only', async () => {
    const { state, call } = system('bad');
    const pace = createPace(REST_MS, delay);
    for (let time = 0; time < 3; time += 1) await pace.run(never, call, isBad);
    expect(await pace.run(AbortSignal.timeout(REST_MS / 3), call, isBad)).toBeUndefined();
    expect(state.calls).toHaveLength(3);
    const fails = pace.run(never, () => Promise.reject(new Error('bug')), isBad);
    const next = pace.run(never, call, isBad);
    await expect(fails).rejects.toThrow('bug');
    expect(await next).toBe('bad');
  });
});

describe('an SMS service that is down', () => {
  const outage: SmsOutcome = { outcome: 'refused', fault: 'service', code: 'ECONNREFUSED' };
  const refusal: SmsOutcome = { outcome: 'refused', fault: 'service', code: '21606' };

  async function sendFor(answer: SmsOutcome, callers: number) {
    let posts = 0;
    const gateway: SmsGateway = {
      send: () => {
        posts += 1;
        return Promise.resolve(answer);
      },
      readStatus: () => 'irrelevant',
    };
    const metrics = createMetrics({ version: '0' });
    const rests: number[] = [];
    const rest: typeof delay = (ms, signal) => {
      rests.push(ms);
      return delay(ms / HASTE, signal);
    };
    const sms = observeSms(gateway, { health: createHealth(), metrics, delay: rest });
    const message = { to: '+46701740605', text: new Secret('x'), validitySeconds: 60 };
    for (let time = 0; time < 3; time += 1) await sms.send(message, never);
    const signal = AbortSignal.timeout(1_500 / HASTE);
    const outcomes = await Promise.all(
      Array.from({ length: callers }, () => sms.send(message, signal)),
    );
    return { posts: posts - 3, outcomes, rests };
  }

  it('is tried once a second by fifty, and the others are told that nothing was sent', async () => {
    const { posts, outcomes, rests } = await sendFor(outage, 50);
    expect(new Set(rests)).toEqual(new Set([1_000]));
    expect(posts).toBeLessThanOrEqual(2);
    const resting = outcomes.filter(
      (outcome) => outcome.outcome === 'refused' && outcome.code === 'resting',
    );
    expect(resting).toHaveLength(50 - posts);
  });

  it('is not taken for down when it refuses for a reason', async () => {
    expect((await sendFor(refusal, 50)).posts).toBe(50);
  });
});
