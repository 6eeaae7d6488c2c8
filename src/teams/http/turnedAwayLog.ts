import type { Log } from '../../ports/log.ts';
import { createBundles } from '../../service/waiting/bundles.ts';
import type { Refused } from './tokenGuard.ts';

type Cause = Omit<Refused, 'outcome'>;

/** The log of requests that are turned away: without a limit any stranger could fill it. */
export interface TurnedAway {
  /** Tells of the first one of its cause at once, and of the further ones within a minute in one line. */
  tell(cause: Cause): void;
  /** Tells of those that were counted and have no line yet. */
  flush(): Promise<void>;
}

export function createTurnedAway(log: Pick<Log, 'warn' | 'error'>, minuteMs?: number): TurnedAway {
  /** A 503 is the bot's own fault. */
  function write(fields: Cause & { readonly times?: number }, message: string): void {
    log[fields.status === 503 ? 'error' : 'warn'](fields, message);
  }
  const bundles = createBundles<Cause>(async (cause, times) => {
    write({ ...cause, times }, 'more activities were turned away');
  }, minuteMs);

  return {
    tell({ status, why }) {
      const cause = { status, why };
      if (bundles.count(why, cause)) return;
      write(cause, 'an activity was turned away');
      bundles.begin(why, cause);
    },
    flush: () => bundles.flush(),
  };
}
