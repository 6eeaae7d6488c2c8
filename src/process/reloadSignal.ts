import process from 'node:process';

/** Calls `reload` at each SIGHUP. Windows has no such signal for a service: there a restart does the same. */
export function onReloadAsked(reload: () => void): void {
  if (process.platform !== 'win32') process.on('SIGHUP', reload);
}
