import { DAY_MS } from '../../domain/durations.ts';
import type { Log } from '../../ports/log.ts';
import type { Ending, Metrics } from '../../ports/metrics.ts';

/** Days before an end on which it is told. */
const WARNING_DAYS = [1, 7, 30] as const;

/** A secret or certificate whose end is known; there may be several of a kind, one from each source. */
interface Known {
  readonly ending: Ending;
  readonly source: string;
  /** Epoch ms. */
  readonly endsAt: number;
  /** The least of WARNING_DAYS that was told. */
  told: number;
}

/** When the secrets and certificates end by which the bot reaches others, and they it. */
export interface Endings {
  /** Notes an end, and tells of it where it is near; a renewed one replaces the earlier. */
  note(ending: Ending, source: string, endsAt: number): void;
  /** Tells of ends that have come near since the last look. */
  look(): void;
}

export function createEndings({
  log,
  metrics,
  clock,
}: {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: () => number;
}): Endings {
  const known = new Map<string, Known>();

  function tell(one: Known): void {
    const days = (one.endsAt - clock()) / DAY_MS;
    const due = WARNING_DAYS.find((limit) => days <= limit);
    if (due === undefined || due >= one.told) return;
    one.told = due;
    const { ending, source } = one;
    const endsAt = new Date(one.endsAt).toISOString();
    log.warn({ alarm: 'endsSoon', ending, source, endsAt }, endText(Math.floor(days)));
  }

  return {
    note(ending, source, endsAt) {
      const key = `${ending} ${source}`;
      if (known.get(key)?.endsAt === endsAt) return;
      const one: Known = { ending, source, endsAt, told: Infinity };
      known.set(key, one);
      const ofKind = [...known.values()].filter((other) => other.ending === ending);
      metrics.endKnown(ending, Math.min(...ofKind.map((other) => other.endsAt)));
      tell(one);
    },
    look() {
      known.forEach(tell);
    },
  };
}

function endText(days: number): string {
  if (days < 0) return 'a secret or certificate has ended: renew it';
  if (days === 0) return 'a secret or certificate ends today: renew it';
  return `a secret or certificate ends in ${String(days)} days: renew it`;
}
