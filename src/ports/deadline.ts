/** When the signals of work under way abort, by `performance.now()`. */
const ends = new WeakMap<AbortSignal, number>();

/**
 * Whether the time of work with a deadline is up. A process that stood still sees the answers that came meanwhile
 * before its timers: the signal alone would tell too late.
 */
export function isOver(deadline: AbortSignal): boolean {
  return deadline.aborted || performance.now() > (ends.get(deadline) ?? Infinity);
}

/**
 * Runs `work` with a signal that aborts after `ms`, or with `signal`. AbortSignal.timeout would leave a timer
 * behind for every call that has ended.
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const callersEnd = (signal && ends.get(signal)) ?? Infinity;
  ends.set(controller.signal, Math.min(performance.now() + ms, callersEnd));
  const timer = setTimeout(abort, ms);
  timer.unref();
  if (signal !== undefined && isOver(signal)) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
