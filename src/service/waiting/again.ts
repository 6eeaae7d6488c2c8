import type { Deps } from '../deps.ts';

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
  delay: Deps['delay'],
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
