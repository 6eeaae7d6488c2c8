import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { onEndAsked } from '../../src/process/signals.ts';

/** A child process's end, with its output where that was captured. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

const GRACE_MS = 5_000;
/** A shell's exit code for a program that a signal ended, less the signal's number. */
const SIGNAL_EXIT = 128;
/** Running children, with the signal that ends each, and whether it leads a process group of its own. */
const running = new Map<ChildProcess, { signal: NodeJS.Signals; isLeader: boolean }>();
let isStopping = false;

/** Has `stopChildrenOnSignals` end this process too, by the signal that ends it quickly. */
export function endWithRun(child: ChildProcess, signal: NodeJS.Signals): void {
  watch(child, signal, false);
  if (isStopping) child.kill(signal);
}

function watch(child: ChildProcess, signal: NodeJS.Signals, isLeader: boolean): void {
  running.set(child, { signal, isLeader });
  child.once('error', () => running.delete(child));
  child.once('close', () => running.delete(child));
}

/**
 * Runs a program to its end. Its output is passed on as it comes, or captured. It leads a process group of
 * its own, so that `stopAll` also reaches its children.
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
  watch(child, 'SIGTERM', true);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** On Ctrl-C (or a signal) ends all children, then this process; `clear` removes their leftovers. */
export function stopChildrenOnSignals(clear: () => Promise<unknown> = () => Promise.resolve()) {
  onEndAsked(['SIGINT', 'SIGTERM', 'SIGHUP'], (signal) => {
    if (isStopping) return;
    isStopping = true;
    // Faults from here on come from the ending of the parts.
    process.on('uncaughtException', () => undefined);
    void stopAll()
      .then(clear)
      .finally(() => process.exit(SIGNAL_EXIT + constants.signals[signal]));
  });
}

async function stopAll(): Promise<void> {
  signalAll();
  const timer = setTimeout(() => signalAll('SIGKILL'), GRACE_MS);
  // Programs that start meanwhile are told to end at once, and waited for too.
  while (running.size > 0)
    await Promise.all(
      [...running.keys()].map((child) => once(child, 'close').catch(() => undefined)),
    );
  clearTimeout(timer);
}

function signalAll(hard?: NodeJS.Signals): void {
  for (const [{ pid }, { signal, isLeader }] of running) {
    try {
      if (pid !== undefined) process.kill(isLeader ? -pid : pid, hard ?? signal);
    } catch {
      // The process is gone already.
    }
  }
}
