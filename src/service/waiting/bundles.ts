import { MINUTE_MS } from '../../domain/durations.ts';

/** Kinds counted at once; more are no longer kept apart. */
const MAX_KEPT = 10_000;

/**
 * Events that a stranger or a manager can repeat at will. The first of a kind is told at once; the further
 * ones within a minute are counted, and told together at its end, which begins the next minute.
 */
export interface Bundles<T> {
  /** Whether a kind's minute is under way. */
  isUnderWay(kind: string): boolean;
  /** Counts one more of a kind; false where its minute is not under way. */
  count(kind: string, event: T): boolean;
  /** Those that were counted and fit, by the last of each kind; `told` counts them no more. */
  counted(fits: (last: T) => boolean): readonly Counted<T>[];
  /** Begins a kind's minute, unless one is under way, once its first event is told. */
  begin(kind: string, first: T): void;
  /** Tells of those that were counted, and ends the kind's minute. */
  end(kind: string): Promise<void>;
  /** The same for all kinds. */
  flush(): Promise<void>;
}

/** Events of a kind that wait to be told. */
interface Counted<T> {
  readonly last: T;
  readonly more: number;
  told(): void;
}

/** `tellMore` tells of the events counted beside the first, by the last of them. */
export function createBundles<T>(
  tellMore: (last: T, more: number) => Promise<void>,
  minuteMs = MINUTE_MS,
): Bundles<T> {
  const underWay = new Map<string, { last: T; more: number; readonly timer: NodeJS.Timeout }>();

  function begin(kind: string, first: T): void {
    if (underWay.has(kind) || underWay.size >= MAX_KEPT) return;
    const timer = setTimeout(() => {
      const isNext = (underWay.get(kind)?.more ?? 0) > 0;
      void end(kind);
      if (isNext) begin(kind, first);
    }, minuteMs);
    timer.unref();
    underWay.set(kind, { last: first, more: 0, timer });
  }

  async function end(kind: string): Promise<void> {
    const ended = underWay.get(kind);
    if (ended === undefined) return;
    clearTimeout(ended.timer);
    underWay.delete(kind);
    if (ended.more > 0) await tellMore(ended.last, ended.more);
  }

  return {
    isUnderWay: (kind) => underWay.has(kind),
    count(kind, event) {
      const current = underWay.get(kind);
      if (current === undefined) return false;
      current.more += 1;
      current.last = event;
      return true;
    },
    counted: (fits) =>
      [...underWay.values()]
        .filter(({ last, more }) => more > 0 && fits(last))
        .map((one) => {
          const { last, more } = one;
          // Two transactions at once may both have told of them.
          return { last, more, told: () => void (one.more = Math.max(0, one.more - more)) };
        }),
    begin,
    end,
    async flush() {
      await Promise.all([...underWay.keys()].map(end));
    },
  };
}
