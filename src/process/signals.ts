import process from 'node:process';

const LOOK_EVERY_MS = 500;

/**
 * Calls `end` when this program is asked to end: at one of the signals, and where `npm run` has started
 * it, when npm's shell is gone. npm tells only that shell of a signal, and not every shell passes it on.
 */
export function onEndAsked<S extends NodeJS.Signals>(
  signals: readonly S[],
  end: (signal: S | 'SIGTERM') => void,
): void {
  for (const signal of signals) process.on(signal, () => end(signal));
  // npm's own variable, and the only trace of it: no setting of the product.
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const shell = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(look);
    end('SIGTERM');
  }, LOOK_EVERY_MS);
  look.unref();
}

/** Calls `reload` at each SIGHUP. Windows has no such signal for a service: there a restart does the same. */
export function onReloadAsked(reload: () => void): void {
  if (process.platform !== 'win32') process.on('SIGHUP', reload);
}

/**
 * Lets SIGUSR1 do nothing. Else it opens a debugger's port, through which every program of the host can read
 * the process's secrets; `--disable-sigusr1` does the same from the first moment on.
 */
export function openNoInspector(): void {
  process.on('SIGUSR1', () => undefined);
}
