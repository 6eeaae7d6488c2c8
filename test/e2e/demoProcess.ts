import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'ldapts';
import { freePort } from '../support/ports.ts';

/** Longer than the demo itself waits for its parts. */
const READY_MS = 120_000;
const SMS_MS = 90_000;

/** A message as the demo's terminal shows it. */
interface Sms {
  readonly to: string;
  readonly text: string;
}

/** Where a demo listens on loopback. */
interface DemoPorts {
  readonly bot: number;
  readonly chat: number;
  readonly manager: number;
  readonly ldaps: number;
}

/** The demo, started as a newcomer does, seen through its terminal and its LDAP port. */
export interface DemoProcess {
  readonly ports: DemoPorts;
  readonly chatUrl: string;
  /** Åsa's chat, where `--desk` gives the agent the other. */
  readonly managerUrl: string;
  readonly pid: number;
  /** The lines that it greeted with. */
  readonly greeting: readonly string[];
  /** All lines so far, without messages. */
  readonly lines: readonly string[];
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  /** All messages that were taken so far. */
  readonly taken: readonly Sms[];
  /** The next message that was not yet taken. */
  nextSms(): Promise<Sms>;
  /** The code of the next message. */
  nextCode(): Promise<string>;
  /** Runs the demo's administration, as from another terminal; gives its JSON. */
  admin(...args: string[]): Promise<unknown>;
  /** Whether the account's password binds, asked over verified LDAPS. */
  binds(dn: string, password: string): Promise<boolean>;
  /** Ctrl-C; gives the exit code and the leftovers in the folder for temporary files. Safe to repeat. */
  stop(): Promise<{ code: number | null; left: string[] }>;
}

/**
 * @param args options of the demo, without ports
 * @param at the ports of an earlier demo, whose chats are open in the browser; else free ones
 */
export async function startDemo(
  args: readonly string[] = [],
  at?: DemoPorts,
): Promise<DemoProcess> {
  const temporary = await mkdtemp(join(tmpdir(), 'demo-test-'));
  const ports = at ?? {
    bot: await freePort(),
    chat: await freePort(),
    manager: await freePort(),
    ldaps: await freePort(),
  };
  const options = [
    ...['--port', ports.bot, '--chat-port', ports.chat],
    ...['--manager-port', ports.manager, '--ldaps-port', ports.ldaps],
  ].map(String);
  const child = spawn(
    process.execPath,
    ['--import', './demo/preflight.js', 'demo/demo.ts', '--built', ...options, ...args],
    { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = once(child, 'close').then(() => child.exitCode);
  const lines: string[] = [];
  const messages: Sms[] = [];
  const taken: Sms[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      const [, to, text] = /^SMS to (\S+): (.*)$/.exec(line) ?? [];
      if (to !== undefined && text !== undefined) messages.push({ to, text });
      else if (line.trim() !== '') lines.push(line);
    });
  }
  let stopped: ReturnType<DemoProcess['stop']> | undefined;
  const stop = () => (stopped ??= end(child, temporary));
  const isGreeted = await until(READY_MS, () => lines.at(-1)?.includes('Ctrl-C') || ended(child));
  if (!isGreeted || ended(child)) {
    await stop();
    throw new Error(`the demo did not start: ${lines.join(' | ')}`);
  }

  async function nextSms(): Promise<Sms> {
    await until(SMS_MS, () => messages.length > 0);
    const sms = messages.shift();
    if (sms === undefined) throw new Error(`no SMS within ${SMS_MS} ms`);
    taken.push(sms);
    return sms;
  }
  return {
    ports,
    chatUrl: `http://127.0.0.1:${String(ports.chat)}`,
    managerUrl: `http://127.0.0.1:${String(ports.manager)}`,
    pid: child.pid ?? 0,
    greeting: [...lines],
    lines,
    ended: exited,
    taken,
    nextSms,
    nextCode: async () => /\b\d{6}\b/.exec((await nextSms()).text)?.[0] ?? 'no code',
    admin: (...args) => demoAdmin(args, temporary),
    binds: async (dn, password) => {
      const [folder = ''] = await readdir(temporary);
      const ca = await readFile(join(temporary, folder, 'ca.pem'));
      return binds(`ldaps://127.0.0.1:${String(ports.ldaps)}`, ca, dn, password);
    },
    stop,
  };
}

async function binds(url: string, ca: Buffer, dn: string, password: string): Promise<boolean> {
  const client = new Client({ url, tlsOptions: { ca }, timeout: 90_000, connectTimeout: 90_000 });
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    // 52e: wrong password. Any other error is a fault of the test.
    if (error instanceof Error && error.message.includes('data 52e')) return false;
    throw error;
  } finally {
    await client.unbind();
  }
}

async function demoAdmin(args: readonly string[], temporary: string): Promise<unknown> {
  const child = spawn(process.execPath, ['demo/admin.ts', ...args, '--json'], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  return JSON.parse(output);
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess, temporary: string) {
  if (!ended(child)) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  const left = await readdir(temporary);
  await rm(temporary, { recursive: true, force: true });
  return { code: child.exitCode, left };
}

/** Waits for a condition; false when it did not come true in time. */
async function until(ms: number, isTrue: () => boolean | undefined): Promise<boolean> {
  for (const deadline = Date.now() + ms; Date.now() < deadline; await delay(20)) {
    if (isTrue() === true) return true;
  }
  return isTrue() === true;
}
