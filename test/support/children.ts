import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';

/** How a child process ended, with what it printed where that was asked for. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

const GRACE_MS = 5_000;
const running = new Set<ChildProcess>();
let isStopping = false;

/**
 * Runs a program to its end. Its output is passed on as it comes, or captured. It leads a process
 * group of its own, so that `stopAll` also reaches what it started.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly isShown: boolean; readonly env?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = spawn(command, args, {
    stdio: ['ignore', options.isShown ? 'inherit' : 'pipe', options.isShown ? 'inherit' : 'pipe'],
    env: { ...process.env, ...options.env },
    detached: true,
  });
  running.add(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: 127, output: error.message });
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** On Ctrl-C (or a signal) ends all children, then this process. */
export function stopChildrenOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => void stopAll().then(() => process.exit(code)));
  }
}

async function stopAll(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  const ended = [...running].map(
    (child) => new Promise((resolve) => void child.once('close', resolve)),
  );
  signalAll('SIGTERM');
  const timer = setTimeout(() => signalAll('SIGKILL'), GRACE_MS);
  await Promise.all(ended);
  clearTimeout(timer);
}

function signalAll(signal: NodeJS.Signals): void {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  }
}
