import type { Deps } from '../deps.ts';

/**
 * At most 20 messages a second in all (requirement N5), with room for some that are slower on their way
 * than the next ones; Teams takes 7 in one and 8 in two seconds of one chat.
 */
const GAP_MS = 60;
const CHAT_GAP_MS = 250;

/** Keeps messages apart in time. */
export interface SendPace {
  /** Waits until a message to that person may go out. */
  turn(recipient: string, signal: AbortSignal): Promise<void>;
}

export function createSendPace({ delay }: Pick<Deps, 'delay'>): SendPace {
  const lastTo = new Map<string, number>();
  let last = -Infinity;
  return {
    async turn(recipient, signal) {
      const now = performance.now();
      // Taken before the wait: several senders ask at once.
      const at = Math.max(now, last + GAP_MS, (lastTo.get(recipient) ?? -Infinity) + CHAT_GAP_MS);
      last = at;
      lastTo.set(recipient, at);
      if (at > now) await delay(at - now, signal);
    },
  };
}
