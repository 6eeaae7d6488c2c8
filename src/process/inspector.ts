import process from 'node:process';

/**
 * Lets SIGUSR1 do nothing. Else it opens a debugger's port, through which every program of the host can read
 * the process's secrets; `--disable-sigusr1` does the same from the first moment on.
 */
export function openNoInspector(): void {
  process.on('SIGUSR1', () => undefined);
}
