import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithRun } from '../../support/children.ts';
import { probedBy } from './probed.ts';

/** One of the programs of floor/, running. */
export interface FloorProgram {
  readonly port: number;
  /** Where its probe listens. */
  readonly probe: string;
  /** Its next line; the request stands on its standard input. */
  ask(line: string): Promise<string>;
  end(): Promise<void>;
}

/** A path of its own for a probe's socket. */
export function newSocket(): string {
  return join(tmpdir(), `bench-${randomBytes(6).toString('hex')}.sock`);
}

/** Starts a program of floor/ and waits until it has announced itself. */
export async function startFloor(name: string, settings: unknown): Promise<FloorProgram> {
  const probe = newSocket();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'floor', `${name}.ts`)], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      ...probedBy(probe),
      BENCH_SETTINGS: JSON.stringify(settings),
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  endWithRun(child, 'SIGKILL');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  async function nextLine(): Promise<string> {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`the floor ${name} ended`);
    return value;
  }
  const { port } = JSON.parse(await nextLine()) as { port: number };
  return {
    port,
    probe,
    async ask(line) {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    async end() {
      await end(child);
      await rm(probe, { force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
