import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program that runs as long as the demo does. */
export interface Child {
  /** Resolves when it ends, with its last complaint and its exit code or signal. */
  readonly ended: Promise<string>;
  /** Asks it to end, kills it after a while, and waits. */
  stop(): Promise<void>;
}

const GRACE_MS = 5_000;

/** Log lines are JSON objects; lines for people are not. */
function isPlainText(line: string): boolean {
  return line.trim() !== '' && !line.startsWith('{');
}

/** Starts a Node program and hands each line it writes to `onLine`. */
export function startChild(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  onLine: (line: string, from: 'stdout' | 'stderr') => void,
): Child {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  for (const from of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[from] }).on('line', (line) => {
      if (from === 'stderr' && isPlainText(line)) last = line.trim();
      onLine(line, from);
    });
  }
  const ended = Promise.race([
    once(child, 'close').then(([code, signal]) => `${last} (${String(signal ?? code)})`.trim()),
    once(child, 'error').then(([error]) => String(error)),
  ]);

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    await ended;
    clearTimeout(timer);
  }
  return { ended, stop };
}
