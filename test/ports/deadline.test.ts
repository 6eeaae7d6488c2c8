import { getEventListeners, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { withDeadline } from '../../src/ports/deadline.ts';

const LONG_MS = 60_000;

describe('work with a deadline', () => {
  it('is told when its time is up', async () => {
    const { signal } = new AbortController();
    const isTold = await withDeadline(10, signal, async (deadline) => {
      // A deadline alone keeps no process alive.
      await Promise.all([once(deadline, 'abort'), pause(20)]);
      return deadline.aborted;
    });
    expect(isTold).toBe(true);
    expect(signal.aborted).toBe(false);
  });

  it('is told at once where its caller’s time was up while the process stood still', async () => {
    const now = performance.now.bind(performance);
    const isTold = await withDeadline(LONG_MS, undefined, async (callers) => {
      performance.now = () => now() + 2 * LONG_MS;
      return withDeadline(LONG_MS, callers, (deadline) => Promise.resolve(deadline.aborted));
    }).finally(() => {
      performance.now = now;
    });
    expect(isTold).toBe(true);
  });

  it('is told when its caller gives up, also where that was before it began', async () => {
    const caller = new AbortController();
    await withDeadline(LONG_MS, caller.signal, async (deadline) => {
      const told = once(deadline, 'abort');
      caller.abort();
      await told;
    });
    const isTold = await withDeadline(LONG_MS, caller.signal, (deadline) =>
      Promise.resolve(deadline.aborted),
    );
    expect(isTold).toBe(true);
  });

  it('is told nothing once it has ended, well or not, and leaves nothing with its caller', async () => {
    const { signal } = new AbortController();
    const deadlines: AbortSignal[] = [];
    const ended = withDeadline(10, signal, (deadline) => {
      deadlines.push(deadline);
      return Promise.resolve('done');
    });
    const failed = withDeadline(10, signal, (deadline) => {
      deadlines.push(deadline);
      return Promise.reject(new Error('not done'));
    });
    await expect(ended).resolves.toBe('done');
    await expect(failed).rejects.toThrow('not done');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    await pause(30);
    expect(deadlines.map(({ aborted }) => aborted)).toEqual([false, false]);
  });
});
