/** Runs the works of one key one after another, in the order of the calls. */
export type Exclusive = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * Keeps the taps on one flow apart within this process: of twenty at once the first does the work and
 * the others find it done. Other processes are kept apart by the store's locks.
 */
export function createExclusive(): Exclusive {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = tails.get(key) ?? Promise.resolve();
    const running = before.then(work, work);
    tails.set(key, running);
    try {
      return await running;
    } finally {
      if (tails.get(key) === running) tails.delete(key);
    }
  };
}
