import { describe, expect, it } from '@jest/globals';
import { createGroupSync } from '../../../src/adapters/store/engine/commitLog.ts';

/** A disk whose every flush ends when the test says so. */
function slowDisk() {
  const flushes: PromiseWithResolvers<void>[] = [];
  const synced = createGroupSync(() => {
    const flush = Promise.withResolvers<void>();
    flushes.push(flush);
    return flush.promise;
  });
  const ended: string[] = [];
  const write = (name: string): Promise<unknown> =>
    synced().then(
      () => ended.push(name),
      () => ended.push(`${name} failed`),
    );
  return { flushes, ended, write, synced };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the flush of the log of commits', () => {
  it('is one for all that were committed before it began', async () => {
    const { flushes, ended, write } = slowDisk();
    const written = [write('a'), write('b')];
    await turn();
    expect(flushes).toHaveLength(1);
    expect(ended).toEqual([]);
    flushes[0]?.resolve();
    await Promise.all(written);
    expect(ended).toEqual(['a', 'b']);
  });

  it('never counts for what was committed after it began', async () => {
    const { flushes, ended, write } = slowDisk();
    void write('a');
    await turn();
    const late = [write('b'), write('c')];
    await turn();
    expect(flushes).toHaveLength(1);
    flushes[0]?.resolve();
    await turn();
    expect(ended).toEqual(['a']);
    expect(flushes).toHaveLength(2);
    flushes[1]?.resolve();
    await Promise.all(late);
    expect(ended).toEqual(['a', 'b', 'c']);
  });

  it('is not tried again after a failure: nobody knows what the disk holds', async () => {
    const { flushes, ended, write } = slowDisk();
    void write('a');
    await turn();
    void write('b');
    flushes[0]?.reject(new Error('the disk is full'));
    await turn();
    await write('c');
    expect(ended).toEqual(['a failed', 'b failed', 'c failed']);
    expect(flushes).toHaveLength(1);
  });
});
