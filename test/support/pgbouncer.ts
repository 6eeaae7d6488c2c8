import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithRun } from './children.ts';
import { freePort } from './ports.ts';
import type { PostgresServer } from './postgres.ts';
import { serverOwner } from './postgres.ts';
import { inDirectory, requireProgram } from './serverProcess.ts';

const PROGRAM = '/usr/sbin/pgbouncer';
const START_TIMEOUT_MS = 60_000;

/** A PgBouncer on loopback before a PostgreSQL server: in transaction mode, all else by its defaults. */
export interface Pgbouncer {
  readonly port: number;
  /** The same database through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

type Behind = Pick<PostgresServer, 'url' | 'port'>;

export async function startPgbouncer(server: Behind): Promise<Pgbouncer> {
  await requireProgram(PROGRAM, 'pgbouncer');
  return inDirectory('bot-pgbouncer', (directory) => startIn(directory, server));
}

async function startIn(directory: string, server: Behind): Promise<Pgbouncer> {
  const owner = await serverOwner();
  const port = await freePort();
  const { username, password } = new URL(server.url);
  const give = async (path: string) => {
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    return path;
  };
  const write = async (name: string, lines: readonly string[]) => {
    const path = join(directory, name);
    await writeFile(path, `${lines.join('\n')}\n`, { mode: 0o600 });
    return give(path);
  };
  await give(directory);
  const users = await write('users.txt', [`"${username}" "${password}"`]);
  const settings = await write('pgbouncer.ini', [
    '[databases]',
    `* = host=127.0.0.1 port=${String(server.port)}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${String(port)}`,
    'unix_socket_dir =',
    `auth_file = ${users}`,
    'pool_mode = transaction',
  ]);
  const child = spawn(PROGRAM, ['-q', settings], {
    ...owner,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithRun(child, 'SIGTERM');
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-4_000)));
  // A test process that dies must not leave it behind.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);

  async function stop(): Promise<void> {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      // At once: SIGINT would wait for the clients' transactions.
      child.kill('SIGTERM');
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  }

  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (child.exitCode === null && performance.now() < giveUpAt) {
      await pause(20);
      continue;
    }
    await stop();
    throw new Error(`${PROGRAM} did not start: ${said}`);
  }
  return { port, through: (url) => url.replace(/:\d+\//, `:${String(port)}/`), stop };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
