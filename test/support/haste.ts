import type { delay } from '../../src/wiring.ts';

/** Pauses of the service pass this many times as fast. */
const HASTE = 20;
/**
 * No pause becomes shorter by itself: several loops look into the store every second, which in a twentieth
 * of it takes more CPU than the tests.
 */
const LEAST_PAUSE_MS = 100;
/** Pauses up to this length end while a test waits for what comes after them. */
const LONGEST_ENDED_MS = 2_000;

const pauses = new Set<() => void>();

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
    if (ms <= LONGEST_ENDED_MS) pauses.add(end);
    if (signal?.aborted === true) end();
  });

/** Ends the short pauses that have begun. */
export function endPauses(): void {
  for (const end of [...pauses]) end();
}
