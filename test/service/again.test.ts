import { describe, expect, it } from '@jest/globals';
import { again } from '../../src/service/waiting/waiting.ts';

describe('a work that is tried again', () => {
  it('pauses longer each time, up to the longest, and ends with the result', async () => {
    const pauses: number[] = [];
    const delay = (ms: number): Promise<void> => {
      pauses.push(ms);
      return Promise.resolve();
    };
    let tries = 0;
    const found = await again(delay, { first: 2, factor: 3, longest: 10 }, undefined, () => {
      tries += 1;
      return Promise.resolve(tries === 4 ? 'found' : undefined);
    });
    expect([found, pauses]).toEqual(['found', [2, 6, 10, 10]]);
  });

  it('is not begun once the signal has aborted, and ends with its own exception', async () => {
    const delay = (): Promise<void> => Promise.resolve();
    const failing = (): Promise<undefined> => Promise.reject(new Error('broken'));
    expect(await again(delay, { first: 1 }, AbortSignal.abort(), failing)).toBeUndefined();
    await expect(again(delay, { first: 1 }, undefined, failing)).rejects.toThrow('broken');
  });
});
