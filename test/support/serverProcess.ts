import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { endWithRun } from './children.ts';

const START_MS = 150_000;
/** A server whose test was killed ends itself. */
const MAX_RUNTIME_SECONDS = 600;

/** A server program of the machine, running for a test in a directory of its own. */
export interface ServerProcess {
  /** Ends the process and removes its directory. */
  stop(): Promise<void>;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly host: string;
  /** A port that answers with TLS once the server is ready. */
  readonly tlsPort: number;
  readonly caPem: string;
}

/** Fails with the cure when a program that the tests need is not installed. */
export async function requireProgram(file: string, packages: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw new Error(
      `${file} is missing. Cure: apt-get install -y --no-install-recommends ${packages}`,
    );
  }
}

/** Runs `start` with a new directory, which is removed again if that fails. */
export async function inDirectory<T>(
  name: string,
  start: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), `${name}-`));
  try {
    return await start(directory);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** Starts the program and waits until it answers. The process also ends with this one. */
export async function startServer(program: Program): Promise<ServerProcess> {
  const limited = [String(MAX_RUNTIME_SECONDS), program.command, ...program.args];
  const child = spawn('timeout', ['--kill-after=3', ...limited], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithRun(child, 'SIGTERM');
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4_000)));
  child.stderr.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-4_000)));
  const kill = (): void => void child.kill('SIGTERM');
  process.once('exit', kill);

  async function stop(): Promise<void> {
    process.off('exit', kill);
    await end(child);
    await rm(program.directory, { recursive: true, force: true });
  }

  const deadline = Date.now() + START_MS;
  while (!(await answers(program))) {
    if (child.exitCode === null && Date.now() < deadline) {
      await delay(30);
      continue;
    }
    await stop();
    throw new Error(`${program.command} did not start: ${output}`);
  }
  return { stop };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function answers({ host, tlsPort, caPem }: Program): Promise<boolean> {
  const socket = tls.connect({ host, port: tlsPort, ca: caPem });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
