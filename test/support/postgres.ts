import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { endWithRun } from './children.ts';
import { freePort } from './ports.ts';
import { makeCluster, SUPERUSER_PASSWORD } from './postgresCluster.ts';

const run = promisify(execFile);

const INSTALLATIONS = '/usr/lib/postgresql';
const CURE =
  'These tests need the PostgreSQL server programs (initdb, postgres): ' +
  `apt-get install postgresql puts them in ${INSTALLATIONS}/<version>/bin.`;
const START_TIMEOUT_MS = 60_000;

export interface PostgresServer {
  /** An empty database, as a superuser. */
  readonly url: string;
  readonly port: number;
  /** Runs one statement as the superuser and gives its rows; in `url`'s database where one is given. */
  query(
    text: string,
    values?: readonly unknown[],
    url?: string,
  ): Promise<Record<string, unknown>[]>;
  /** A further database of that name, empty or a copy of `from`; gives its url. */
  createDatabase(name: string, from?: string): Promise<string>;
  /** Ends the server and removes all its data. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** PEM texts; with them the server offers TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** A copy that follows this server until it is promoted. */
  readonly standbyOf?: PostgresServer;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

async function programs(): Promise<string> {
  const versions = await readdir(INSTALLATIONS).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(a) - Number(b)).at(-1);
  if (newest === undefined) throw new Error(CURE);
  return join(INSTALLATIONS, newest, 'bin');
}

/** PostgreSQL and PgBouncer refuse to run as root; PostgreSQL's package brings a user for both. */
export async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
    );
    return { uid: uid!, gid: gid! };
  } catch {
    throw new Error(CURE);
  }
}

async function queryAt(url: string, text: string, values: readonly unknown[] = []) {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/**
 * Makes databases over one connection: the server needs a process for each. Copies the files of the empty
 * one where possible (since version 15): otherwise each of its pages goes through the log.
 */
function createMaker(url: string) {
  let connected: Promise<Client> | undefined;
  async function connect(): Promise<Client> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 60_000 });
    client.on('error', () => (connected = undefined));
    await client.connect();
    return client;
  }
  return {
    async make(name: string, from = 'template1'): Promise<void> {
      const client = await (connected ??= connect());
      const { rows } = await client.query<{ server_version_num: string }>(
        'show server_version_num',
      );
      const isCopied = Number(rows[0]?.server_version_num) >= 150_000;
      const copied = isCopied ? ' strategy file_copy' : '';
      await client.query(`create database "${name}" template "${from}"${copied}`);
    },
    async close(): Promise<void> {
      const client = await connected?.catch(() => undefined);
      await client?.end();
    },
  };
}

async function untilReady(url: string, server: ChildProcess, log: string): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await queryAt(url, 'select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > giveUpAt) {
        const said = await readFile(log, 'utf8').catch(() => '');
        throw new Error(`PostgreSQL did not start\n${said}`, { cause: error });
      }
    }
    await pause(50);
  }
}

function follow(bin: string, data: string, { port }: PostgresServer): [string, string[]] {
  const from = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  // -R: it follows the other after its start.
  return [join(bin, 'pg_basebackup'), ['-D', data, ...from, '-R', '-c', 'fast', '--no-sync']];
}

/** A throw-away PostgreSQL cluster on loopback; `stop` it in afterAll. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const bin = await programs();
  const owner = await serverOwner();
  const directory = await mkdtemp(join(tmpdir(), 'bot-postgres-'));
  const give = async (path: string) => {
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  };
  const write = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text, { mode: 0o600 });
    await give(path);
    return path;
  };
  await chmod(directory, 0o700);
  await give(directory);

  const data = join(directory, 'data');
  const primary = options.standbyOf;
  const password = primary === undefined ? SUPERUSER_PASSWORD : new URL(primary.url).password;
  const asOwner = { ...owner, cwd: directory };
  if (primary === undefined) {
    await makeCluster(bin, data, await write('password', password), asOwner);
  } else {
    const env = { ...process.env, PGPASSWORD: password };
    const copying = run(...follow(bin, data, primary), { ...asOwner, env });
    endWithRun(copying.child, 'SIGTERM');
    await copying;
  }

  const port = await freePort();
  // These tests need no durability: the machine does not lose power in them.
  const settings = ['listen_addresses=127.0.0.1', `unix_socket_directories=${directory}`].concat(
    [`port=${port}`, 'fsync=off', 'max_connections=60', 'logging_collector=off'],
    options.tls === undefined
      ? []
      : [
          'ssl=on',
          `ssl_cert_file=${await write('server.crt', options.tls.certificate)}`,
          `ssl_key_file=${await write('server.key', options.tls.key)}`,
        ],
  );
  const log = await write('log', '');
  const server = spawn(
    '/bin/sh',
    [
      '-c',
      'exec "$0" "$@" 2>>"$PG_LOG"',
      join(bin, 'postgres'),
      '-D',
      data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { ...owner, cwd: directory, stdio: 'ignore', env: { ...process.env, PG_LOG: log } },
  );
  // Fast shutdown: sessions are cut, the server ends in order.
  endWithRun(server, 'SIGINT');
  // A test process that dies must not leave a server behind.
  const endAtExit = () => server.kill('SIGQUIT');
  process.once('exit', endAtExit);

  const urlOf = (database: string) =>
    `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  const url = urlOf('postgres');
  const maker = createMaker(url);
  const stop = async () => {
    process.off('exit', endAtExit);
    await maker.close();
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit');
      // Fast shutdown: sessions are cut, the server ends in order.
      server.kill('SIGINT');
      await exited;
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(url, server, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    port,
    query: (text, values, at = url) => queryAt(at, text, values),
    async createDatabase(name, from) {
      await maker.make(name, from);
      return urlOf(name);
    },
    stop,
  };
}
