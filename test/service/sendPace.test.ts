import { expect, it } from '@jest/globals';
import { createSendPace } from '../../src/service/chat/sendPace.ts';

it('keeps messages apart that are sent side by side, those to one person more', async () => {
  const waits: number[] = [];
  const pace = createSendPace({
    delay(ms) {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  const { signal } = new AbortController();
  await Promise.all(['a', 'a', 'b', 'a'].map((recipient) => pace.turn(recipient, signal)));
  // The first one waits for nobody; the clock moves a little from one to the next.
  expect(waits.map((ms) => Math.round(ms / 50) * 50)).toEqual([250, 300, 500]);
});
