const TICK_MS = 20;

/** How long this process was kept from its timers so far, ms. */
let heldUpMs = 0;
let tickedAt = performance.now();
const lateMs = (): number => Math.max(0, performance.now() - tickedAt - TICK_MS);
setInterval(() => {
  heldUpMs += lateMs();
  tickedAt = performance.now();
}, TICK_MS).unref();

/**
 * Gives the ms since now in which this process was free: what it took while the machine, or a computation of
 * its own, held it up counts not. For the deadlines of a bot that runs in this process.
 */
export function startStopwatch(): () => number {
  const began = performance.now() - heldUpMs - lateMs();
  return () => performance.now() - heldUpMs - lateMs() - began;
}
