import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newManager } from '../support/walks.ts';
import { startMeasured, type MeasuredProduct } from './performance/measured.ts';
import { readProcess } from './performance/probed.ts';

const HASHLESS = join(import.meta.dirname, 'performance/hashless.ts');
/** The bot remembers its last 1000 answers for repeated deliveries. */
const REMEMBERED = 1_000;
const FLOWS = 200;
const TAPS = 3;
/** Half of what flows would leave that kept 20 KB each for good. */
const MOST_KB_PER_FLOW = 10;

let measured: MeasuredProduct;

beforeAll(async () => {
  measured = await startMeasured({}, [HASHLESS]);
});
afterAll(() => measured.stop());

describe('the memory of the bot', () => {
  it('does not grow with the flows that it has seen', async () => {
    const { product, probe } = measured;
    const { chat, account } = newManager(product);
    await chat.say('status');
    const walk = async (count: number): Promise<void> => {
      for (let flow = 0; flow < count; flow += 1) {
        if (chat.shown !== 'home') await chat.tap('home');
        await chat.tap('enroll', {}, account);
        expect(await chat.tap('cancel')).toBe('cancelled');
        product.teams.sent.length = 0;
      }
    };
    await walk(REMEMBERED / TAPS);
    const before = (await readProcess(probe, 'collected')).heap;
    await walk(FLOWS);
    const after = (await readProcess(probe, 'collected')).heap;
    process.stdout.write(
      `heap ${String(before)} bytes, after ${String(FLOWS)} flows ${String(after)}\n`,
    );
    expect((after - before) / 1_024 / FLOWS).toBeLessThan(MOST_KB_PER_FLOW);
  });
});
