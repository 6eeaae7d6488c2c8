/** Runs a limited number of works at once; the others wait for their turn, in the order of the calls. */
export interface Slots {
  /**
   * Runs `work` when its turn comes. Rejects with the signal's reason, and `work` is not begun, where
   * the signal aborts before that.
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let running = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (running < count) {
      running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const start = (): void => {
      resolve(undefined);
    };
    const giveUp = (): void => {
      // The waiter has given up: the turn goes to the next.
      if (waiting.delete(start)) reject(signal.reason as Error);
    };
    waiting.add(start);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
