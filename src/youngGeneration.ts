import process from 'node:process';

/** V8's own bound is 64 MB, twice, and a sweep touches all of it: measured, 54 MB more for good. */
const MEGABYTES = 16;
const OPTION = '--max-semi-space-size';

/**
 * Bounds the memory for short-lived objects, which V8 reads at its start only: the process becomes
 * itself anew (same pid, same environment) with the option. One that was started with the option, or
 * where the system cannot do that (Windows), goes on as it is.
 */
export function boundYoungGeneration(): void {
  if (process.execve === undefined || process.platform === 'win32') return;
  if (process.execArgv.some((argument) => argument.startsWith(OPTION))) return;
  const options = [...process.execArgv, `${OPTION}=${String(MEGABYTES)}`];
  process.execve(process.execPath, [process.execPath, ...options, ...process.argv.slice(1)]);
}
