import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { USAGE, readOptions } from '../../demo/options.ts';
import { FOLDER_PREFIX, runningEnvironment, writeRunning } from '../../demo/running.ts';

/** The demo's output when it cannot start. */
function start(args: readonly string[], cwd = process.cwd(), env = process.env) {
  const demo = resolve('demo');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', join(demo, 'preflight.js'), join(demo, 'demo.ts'), ...args],
    { cwd, env, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('the demo', () => {
  it('says in one line which port is taken, and how to choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    for (const [flag, args, words] of [
      ['--port', [], 'är upptagen'],
      ['--chat-port', ['--english'], 'is taken'],
    ] as const) {
      const { status, stdout, stderr } = start([...args, flag, String(port)]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^Port ${port} ${words}.*npm run demo -- ${flag}.*\n$`));
    }
    server.close();
  });

  it('says in one line what an unknown option could have been', () => {
    expect(start(['--englsih'])).toEqual({ status: 1, stdout: '', stderr: `${USAGE}\n` });
  });

  it('says in one line that there is no folder for temporary files', () => {
    const { status, stdout, stderr } = start([], process.cwd(), {
      ...process.env,
      TMPDIR: '/nowhere/at/all',
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Error: ENOENT: .*\n$/);
  });

  it('says in one line that npm ci was not run', () => {
    const empty = mkdtempSync(join(tmpdir(), 'demo-empty-'));
    const { status, stderr } = start([], empty);
    rmSync(empty, { recursive: true });

    expect(status).toBe(1);
    expect(stderr).toMatch(/^Run "npm ci" first.*\n$/);
  });
});

describe('the administration of the demo', () => {
  it('says in one line that no demo is running, also where one ended without a word', () => {
    const empty = mkdtempSync(join(tmpdir(), 'demo-none-'));
    const left = mkdtempSync(join(empty, 'password-bot-demo-'));
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(left, 'running.json'), JSON.stringify({ pid, env: {} }));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['demo/admin.ts', 'accounts'], {
      env: { ...process.env, TMPDIR: empty },
      encoding: 'utf8',
    });
    rmSync(empty, { recursive: true });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^No demo is running: .*\n$/);
  });
});

describe('runningEnvironment', () => {
  it('is that of the demo that came up last', async () => {
    const below = mkdtempSync(join(tmpdir(), 'demo-two-'));
    for (const [name, at] of [
      ['first', 1],
      ['last', 3],
      ['second', 2],
    ] as const) {
      const folder = mkdtempSync(join(below, FOLDER_PREFIX));
      await writeRunning(folder, { name });
      utimesSync(join(folder, 'running.json'), at, at);
    }

    expect(await runningEnvironment(below)).toEqual({ name: 'last' });
    // Another user could write there, and the file becomes the environment of a process.
    for (const name of readdirSync(below)) chmodSync(join(below, name), 0o777);
    expect(await runningEnvironment(below)).toBeUndefined();
    rmSync(below, { recursive: true });
  });
});

describe('readOptions', () => {
  it('knows Swedish and fixed ports where nothing is said', () => {
    expect(readOptions([])).toEqual({
      locale: 'sv',
      port: 3978,
      chatPort: 56150,
      managerPort: 56151,
      ldapsPort: 0,
      isBuilt: false,
      isDesk: false,
      isVerbose: false,
    });
  });

  it('refuses what is no port, and one port for two', () => {
    for (const args of [
      ['--port', '0'],
      ['--port', '65536'],
      ['--port', 'x'],
      ['--chat-port', '3978'],
    ]) {
      expect(readOptions(args)).toBeUndefined();
    }
  });
});
