import type { Deps } from '../deps.ts';

/** So many failures in a row are an outage, not an accident. */
const FAILURES_UNTIL_PACED = 3;

/** Calls of one outside system, kept from becoming a storm while it is down. */
export interface Pace {
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
export function createPace(restMs: number, delay: Deps['delay']): Pace {
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
