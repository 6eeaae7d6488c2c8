/** Resolves after `ms`, or at once when the signal aborts. */
export type Delay = (ms: number, signal?: AbortSignal) => Promise<void>;

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

/** Runs the work once at a time: a call meanwhile gets the result of the one under way. */
export function single<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () =>
    (running ??= work().finally(() => {
      running = undefined;
    }));
}

/** The pauses between tries, ms: each is `factor` times the one before, up to the longest. */
export interface Pauses {
  readonly first: number;
  readonly factor?: number;
  readonly longest?: number;
}

/**
 * Calls `work` after each pause until it gives a result; undefined where the signal aborts before. An
 * exception of `work` ends it.
 */
export async function again<T>(
  delay: Delay,
  { first, factor = 1, longest = Infinity }: Pauses,
  signal: AbortSignal | undefined,
  work: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (let pause = first; ; pause = Math.min(factor * pause, longest)) {
    await delay(pause, signal);
    if (signal?.aborted === true) return undefined;
    const result = await work();
    if (result !== undefined) return result;
  }
}

/** The result; undefined where it does not come within `ms`. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** So many failures in a row are an outage, not an accident. */
const FAILURES_UNTIL_PACED = 3;

/** Calls of one outside system, kept from becoming a storm while it is down. */
interface Pace {
  /**
   * Runs `call`; undefined, without a call, where its turn did not come before `signal` ended. After three
   * failures in a row one call a `restMs` goes out and the others wait for its result; its first good
   * answer lets all through.
   */
  run<T>(
    signal: AbortSignal,
    call: () => Promise<T>,
    isFailure: (result: T) => boolean,
  ): Promise<T | undefined>;
}

/** Requirement R13, for systems that keep no connection of their own. */
export function createPace(restMs: number, delay: Delay): Pace {
  let failures = 0;
  let trial: Promise<unknown> | undefined;
  const isPaced = (): boolean => failures >= FAILURES_UNTIL_PACED;

  async function go<T>(call: () => Promise<T>, isFailure: (result: T) => boolean): Promise<T> {
    const result = await call();
    failures = isFailure(result) ? failures + 1 : 0;
    return result;
  }

  return {
    async run(signal, call, isFailure) {
      while (isPaced()) {
        if (signal.aborted) return undefined;
        if (trial !== undefined) {
          await Promise.race([trial, untilAborted(signal)]);
          continue;
        }
        const own = (async () => {
          await delay(restMs, signal);
          return signal.aborted ? undefined : await go(call, isFailure);
        })();
        trial = own.catch(() => undefined);
        try {
          return await own;
        } finally {
          trial = undefined;
        }
      }
      return go(call, isFailure);
    },
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
