/** The end of a wait, and its cancellation. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Called when the wait is over: AbortSignal.timeout would keep a needless timer for every call. */
  end(): void;
}

/** Aborts after `ms`, or with `signal`. */
export function deadlineIn(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = setTimeout(abort, ms);
  timer.unref();
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}
