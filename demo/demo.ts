/**
 * `npm run demo`: the built bot, with stand-ins around it on loopback and in a temporary folder: a
 * directory that speaks as Active Directory does, SMS in the terminal, and a chat client. It ends, and
 * leaves nothing behind, with Ctrl-C.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from '../release/bundle.ts';
import { onEndAsked } from '../src/process/signals.ts';
import { MAIN, botEnvironment } from './bot.ts';
import { createAuthority } from './certificates.ts';
import type { Child } from './child.ts';
import { startChild } from './child.ts';
import { DemoDirectory } from './directory/server.ts';
import { LINES } from './lines.ts';
import type { DemoOptions } from './options.ts';
import { USAGE, readOptions } from './options.ts';
import { ASA, CECILIA } from './people.ts';
import { startPlayground } from './playground.ts';
import { answers, isFree } from './ports.ts';
import { FOLDER_PREFIX, writeRunning } from './running.ts';
import { seed } from './seed.ts';

const READY_SECONDS = 90;
const PROJECT = join(import.meta.dirname, '..');

/** The started parts, to be ended in opposite order. */
const open: (() => Promise<unknown>)[] = [];
/** Aborts when the end is asked for, also in the middle of the start. */
const end = new AbortController();

async function stop(exitCode: number, line?: string): Promise<void> {
  if (end.signal.aborted) return;
  end.abort();
  if (line !== undefined) process.stderr.write(`${line}\n`);
  // A part that is being started would outlive the others.
  await started.catch(() => undefined);
  for (const close of open.reverse()) await close().catch(() => undefined);
  process.exit(exitCode);
}

/** Makes the bot's program; false, with the reason on standard error, where that fails. */
async function build(): Promise<boolean> {
  try {
    await bundle(PROJECT, dirname(MAIN));
    return true;
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return false;
  }
}

async function startDirectory(folder: string, port: number) {
  const { caPem, issue } = await createAuthority();
  const tls = await issue({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const directory = new DemoDirectory({ tls });
  const seeded = seed(directory, randomBytes(18).toString('base64url'));
  const { ldapsPort } = await directory.listen({ ldapsPort: port });
  open.push(() => directory.close());
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, caPem);
  return { ldapUrl: `ldaps://127.0.0.1:${ldapsPort}`, caFile, seed: seeded };
}

/** Gives why it did not come up. */
async function start(options: DemoOptions): Promise<string | undefined> {
  const lines = LINES[options.locale];
  for (const [port, flag] of [
    [options.port, '--port'],
    [options.chatPort, '--chat-port'],
    [options.isDesk ? options.managerPort : 0, '--manager-port'],
    [options.ldapsPort, '--ldaps-port'],
  ] as const) {
    if (port !== 0 && !(await isFree(port))) return lines.portTaken(port, flag);
  }
  end.signal.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
  open.push(() => rm(folder, { recursive: true, force: true }));
  const log = createWriteStream(join(folder, 'demo.log'));
  log.on('error', ({ message }) => void stop(1, message));
  open.push(() => new Promise((closed) => log.close(closed)));
  const keep = (line: string) => {
    log.write(`${line}\n`);
    if (options.isVerbose) process.stdout.write(`${line}\n`);
  };
  const watch = (what: 'bot' | 'chat', child: Child) => {
    open.push(() => child.stop());
    void child.ended.then((detail) => stop(1, lines.ended(what, detail)));
  };

  const building = options.isBuilt ? existsSync(MAIN) : build();
  const chats = options.isDesk
    ? ([
        [CECILIA, options.chatPort],
        [ASA, options.managerPort],
      ] as const)
    : ([[ASA, options.chatPort]] as const);
  for (const [person, chat] of chats) {
    end.signal.throwIfAborted();
    watch('chat', await startPlayground(folder, person, { bot: options.port, chat }, keep));
  }
  const directory = await startDirectory(folder, options.ldapsPort);
  end.signal.throwIfAborted();
  const isBuilt = await Promise.race([building, once(end.signal, 'abort')]);
  end.signal.throwIfAborted();
  if (isBuilt === false) return options.isBuilt ? lines.notBuilt : lines.buildFailed;
  const setup = { ...directory, port: options.port, locale: options.locale };
  const env = botEnvironment(folder, setup);
  const bot = startChild([MAIN], { cwd: PROJECT, env }, (line, from) => {
    if (from === 'stdout' && line.startsWith('SMS ')) process.stdout.write(`\n${line}\n`);
    else keep(line);
  });
  watch('bot', bot);

  const deadline = AbortSignal.any([end.signal, AbortSignal.timeout(READY_SECONDS * 1000)]);
  const [chatUrl = '', managerUrl] = chats.map(([, chat]) => `http://127.0.0.1:${chat}`);
  if (!(await answers(`http://127.0.0.1:${options.port}/readyz`, deadline))) {
    return lines.notReady('bot', READY_SECONDS);
  }
  for (const url of [chatUrl, ...(managerUrl === undefined ? [] : [managerUrl])]) {
    if (!(await answers(`${url}/_debug/ping`, deadline))) {
      return lines.notReady('chat', READY_SECONDS);
    }
  }
  await writeRunning(folder, env);
  const ready =
    managerUrl === undefined
      ? lines.ready(chatUrl, directory.seed.accounts)
      : lines.deskReady(chatUrl, managerUrl, directory.seed.accounts);
  end.signal.throwIfAborted();
  process.stdout.write(`${ready.join('\n')}\n`);
  return undefined;
}

const options = readOptions(process.argv.slice(2));
const started = options === undefined ? Promise.resolve(USAGE) : start(options);
onEndAsked(['SIGINT', 'SIGTERM', 'SIGHUP'], () => void stop(0));
const failure = await started.catch((error: unknown) => String(error));
if (failure !== undefined) await stop(1, failure);
