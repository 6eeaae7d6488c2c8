import type { delay } from '../../src/wiring.ts';

/** Pauses of the service pass this many times as fast. */
const HASTE = 20;
/**
 * No pause becomes shorter by itself: several loops look into the store every second, and more often take
 * much of the CPU of the tests.
 */
const LEAST_PAUSE_MS = 1_000;
/** Pauses up to this length end while a test waits for what comes after them. */
const LONGEST_ENDED_MS = 2_000;

/** The least length of an ended one: else the loops look without a rest while a test waits for long work. */
const SHORTEST_ENDED_MS = 30;

/** When each began, by `performance.now()`. */
const pauses = new Map<() => void, number>();

/** A pause of the service, hastened. */
export const hastened: typeof delay = (ms, signal) =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      pauses.delete(end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(ms / HASTE, Math.min(ms, LEAST_PAUSE_MS)));
    signal?.addEventListener('abort', end);
    if (ms <= LONGEST_ENDED_MS) pauses.set(end, performance.now());
    if (signal?.aborted === true) end();
  });

/** Ends the short pauses that have begun. */
export function endPauses(): void {
  const last = performance.now() - SHORTEST_ENDED_MS;
  for (const [end, began] of [...pauses]) if (began <= last) end();
}
