import type { Log } from '../../ports/log.ts';
import { MINUTE_MS } from '../../domain/durations.ts';
import type { Refused } from './guard.ts';

type Cause = Omit<Refused, 'outcome'>;

/** The log of requests that are turned away: without a limit any stranger could fill it. */
export interface TurnedAway {
  /** Tells of the first one of its cause at once, and of the further ones within a minute in one line. */
  tell(cause: Cause): void;
  /** Tells of those that were counted and have no line yet. */
  flush(): void;
}

interface Counted {
  readonly cause: Cause;
  times: number;
  readonly timer: NodeJS.Timeout;
}

export function createTurnedAway(
  log: Pick<Log, 'warn' | 'error'>,
  everyMs = MINUTE_MS,
): TurnedAway {
  const counted = new Map<string, Counted>();

  /** A 503 is the bot's own fault. */
  function write(fields: Cause & { readonly times?: number }, message: string): void {
    log[fields.status === 503 ? 'error' : 'warn'](fields, message);
  }

  function begin(cause: Cause): void {
    const timer = setTimeout(() => {
      if (end(cause)) begin(cause);
    }, everyMs);
    timer.unref();
    counted.set(cause.why, { cause, times: 0, timer });
  }

  /** Whether there was one to tell of. */
  function end({ why }: Cause): boolean {
    const ended = counted.get(why);
    if (ended === undefined) return false;
    clearTimeout(ended.timer);
    counted.delete(why);
    const { cause, times } = ended;
    if (times > 0) write({ ...cause, times }, 'more activities were turned away');
    return times > 0;
  }

  return {
    tell({ status, why }) {
      const before = counted.get(why);
      if (before !== undefined) {
        before.times += 1;
        return;
      }
      write({ status, why }, 'an activity was turned away');
      begin({ status, why });
    },
    flush() {
      for (const { cause } of [...counted.values()]) end(cause);
    },
  };
}
