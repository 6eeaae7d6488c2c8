import type { Deps } from './deps.ts';
import { deliverNotice } from './notices.ts';
import { recover } from './recovery.ts';

const NOTICES_EVERY_MS = 1_000;
const RECOVERY_EVERY_MS = 3_000;

/** What goes on without a tap. `stop` resolves when nothing is under way any more. */
export interface Background {
  stop(): Promise<void>;
}

/** Delivers notices and settles what nobody else will, until stopped. A failed round is logged and repeated. */
export function startBackground(deps: Deps): Background {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function repeat(
    name: string,
    everyMs: number,
    round: () => Promise<boolean>,
  ): Promise<void> {
    while (!signal.aborted) {
      let hasMore = false;
      try {
        hasMore = await round();
      } catch (error) {
        deps.log.error({ err: error, loop: name }, 'a background round failed');
      }
      if (!hasMore) await deps.delay(everyMs, signal);
    }
  }

  const loops = [
    repeat('notices', NOTICES_EVERY_MS, () => deliverNotice(deps)),
    repeat('recovery', RECOVERY_EVERY_MS, async () => {
      await recover(deps);
      return false;
    }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}
