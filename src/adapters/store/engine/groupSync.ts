/**
 * Waits until everything written before the call is on the disk. Simultaneous callers share one `sync`,
 * which begins after the last of their calls: one flush serves many commits. After a failed `sync` the
 * disk's contents are unknown, so every later call rejects too.
 */
export function createGroupSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  return () => {
    next ??= running.then(() => {
      next = undefined;
      running = sync();
      return running;
    });
    return next;
  };
}
