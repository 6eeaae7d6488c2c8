import type { Flow } from '../domain/flow.ts';
import type { Deps } from './deps.ts';
import { deliverNotice } from './notices.ts';
import { createRecovery } from './recovery.ts';
import { showCard } from './showCard.ts';

const NOTICES_EVERY_MS = 1_000;
const RECOVERY_EVERY_MS = 2_000;

/** What goes on without a tap. `stop` resolves when nothing is under way any more. */
export interface Background {
  stop(): Promise<void>;
}

/** Delivers notices, shows the `outdated` cards anew and settles what nobody else will, until stopped. A failed round is logged and repeated. */
export function startBackground(deps: Deps, outdated: readonly Flow[]): Background {
  const recovery = createRecovery(deps);
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
    Promise.all(outdated.map((flow) => showCard(deps, flow))),
    repeat('notices', NOTICES_EVERY_MS, () => deliverNotice(deps)),
    repeat('recovery', RECOVERY_EVERY_MS, async () => {
      await recovery.round();
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
