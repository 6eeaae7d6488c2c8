import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { widenThreadPool } from '../../src/process/threadPool.ts';
import { run } from '../support/children.ts';
import { folderOfSuite } from '../support/ofSuite.ts';
import { commandOf } from '../support/programs.ts';
import { deployPath, deployText } from './deployFile.ts';

const ANALYZE = '/usr/bin/systemd-analyze';
const UNIT = 'passwordbot.service';
/** Tenths of systemd's own figure from 0 (everything closed) to 10; today 1.5. */
const EXPOSURE = 20;
const folder = await folderOfSuite();

async function unitOfThisMachine(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

function analyze(...args: string[]): Promise<{ code: number; output: string }> {
  return run(ANALYZE, ['--no-pager', ...args], { isShown: false });
}

describe('deploy/passwordbot.service', () => {
  it('is what systemd takes, without a word', async () => {
    const text = deployText(UNIT, { '/usr/bin/node': process.execPath });
    const file = await unitOfThisMachine(UNIT, text);
    expect(await analyze('verify', file)).toEqual({ code: 0, output: '' });
  });

  it('has room for the threads that the bot makes on a host of many cores', () => {
    const before = process.env['UV_THREADPOOL_SIZE'];
    widenThreadPool(256);
    const pool = Number(process.env['UV_THREADPOOL_SIZE']);
    if (before === undefined) delete process.env['UV_THREADPOOL_SIZE'];
    else process.env['UV_THREADPOOL_SIZE'] = before;
    const [, most] = /^TasksMax=(\d+)$/m.exec(deployText(UNIT)) ?? [];
    // Node.js ends by SIGABRT where one thread of its pool cannot be made; V8 and others have a few more.
    expect(pool + 16).toBeLessThan(Number(most));
  });

  it('leaves little of the machine open', async () => {
    const { code, output } = await analyze(
      'security',
      '--offline=true',
      `--threshold=${String(EXPOSURE)}`,
      deployPath(UNIT),
    );
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
  });
});

/** Programs that only say what they were called with, in place of those that need a running systemd. */
async function wrapperWith(
  unit: string,
  sudoUser = 'anna',
): Promise<(...args: string[]) => Promise<string[]>> {
  const programs = join(folder, 'programs');
  await mkdir(programs, { recursive: true });
  await copyFile(deployPath('passwordbot-admin'), join(programs, 'passwordbot-admin'));
  await writeFile(join(programs, 'unit'), unit);
  const scripts = {
    systemctl: `[ "$*" = "cat ${UNIT}" ] && exec cat ${join(programs, 'unit')}`,
    'systemd-run': 'printf "%s\\n" "$@"',
  };
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(programs, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(programs, name), 0o755);
  }
  return async (...args) => {
    const { code, output } = await run(join(programs, 'passwordbot-admin'), args, {
      isShown: false,
      env: { PATH: `${programs}:/usr/bin:/bin`, SUDO_USER: sudoUser },
    });
    expect(code).toBe(0);
    return output.trimEnd().split('\n');
  };
}

/** The properties among what systemd-run was called with. */
function propertiesOf(called: readonly string[]): string[] {
  return called.filter((_, i) => called[i - 1] === '--property');
}

/** The command, as systemd-run gets it. */
function calledCommand(called: readonly string[]): string[] {
  return called.slice(called.indexOf('/usr/bin/env'));
}

describe('the files that start a program', () => {
  it('start it with the words of package.json', () => {
    const [, ...start] = commandOf('start');
    const [, ...admin] = commandOf('admin');
    expect(deployText(UNIT)).toContain(`ExecStart=/usr/bin/node ${start.join(' ')}\n`);
    expect(deployText('Containerfile')).toContain(
      `CMD ${JSON.stringify(['node', ...start]).replaceAll(',', ', ')}\n`,
    );
    expect(deployText('passwordbot-admin').replaceAll(' \\\n ', '')).toContain(
      `/usr/bin/node ${admin.join(' ')} "`,
    );
  });
});

describe('deploy/passwordbot-admin', () => {
  it('runs a command as the unit would, with its configuration and credentials', async () => {
    const wrapper = await wrapperWith(deployText(UNIT));
    const called = await wrapper('status', 'hemvardsgruppen');
    const properties = propertiesOf(called);
    const service = ['[Service]', ...properties, `ExecStart=${process.execPath}`, ''].join('\n');
    expect(await analyze('verify', await unitOfThisMachine('admin.service', service))).toEqual({
      code: 0,
      output: '',
    });
    const lines = deployText(UNIT).split('\n');
    for (const kind of ['LoadCredential=', 'EnvironmentFile=', 'DynamicUser=', 'StateDirectory=']) {
      const own = lines.filter((line) => line.startsWith(kind));
      expect(own).not.toEqual([]);
      expect(properties).toEqual(expect.arrayContaining(own));
    }
  });

  it('names the files of the secrets where the credentials are, and who called', async () => {
    const two = 'Environment=A_FILE=%d/a B_FILE=%d/b\n';
    const called = await (await wrapperWith(`${deployText(UNIT)}\n${two}`))('check');
    const command = calledCommand(called);
    expect(command.slice(0, 2)).toEqual(['/usr/bin/env', 'SUDO_USER=anna']);
    expect(command.slice(-2)).toEqual(['dist/admin.js', 'check']);
    const credentials = `/run/credentials/${called[called.indexOf('--unit') + 1]!}`;
    expect(credentials).toMatch(/passwordbot-admin-\d+\.service$/);
    // As properties: the unit's EnvironmentFile goes before them there as here.
    const properties = propertiesOf(called);
    expect(properties).toContain(`Environment=ENCRYPTION_KEYS_FILE=${credentials}/encryption-keys`);
    expect(properties).toContain(`Environment=A_FILE=${credentials}/a B_FILE=${credentials}/b`);
    expect(called.join('\n')).not.toContain('%d');
  });

  it('hands on what was typed as it was typed', async () => {
    const wrapper = await wrapperWith(deployText(UNIT));
    const command = calledCommand(await wrapper('copy-to', 'postgres://bot:a$b ${HOME}@db/bot'));
    // One $ for systemd is written as two.
    expect(command.at(-1)).toBe('postgres://bot:a$$b $${HOME}@db/bot');
    const other = await wrapperWith(deployText(UNIT), 'a$HOME');
    expect(calledCommand(await other('check'))).toContain('SUDO_USER=a$$HOME');
  });

  it('forgets what a drop-in takes back', async () => {
    const dropIn = 'Environment=\nEnvironment=ENCRYPTION_KEYS_FILE=/etc/keys\n';
    const called = await (await wrapperWith(`${deployText(UNIT)}\n${dropIn}`))('check');
    expect(propertiesOf(called).slice(-2)).toEqual([
      'Environment=',
      'Environment=ENCRYPTION_KEYS_FILE=/etc/keys',
    ]);
    expect(calledCommand(called).filter((part) => part.includes('_FILE='))).toEqual([]);
  });

  it('warns at check of a file behind a credential that is open to others, and of no other', async () => {
    const files = [];
    for (const [name, mode] of Object.entries({ open: 0o644, own: 0o600, group: 0o640 })) {
      files.push(join(folder, name));
      await writeFile(files.at(-1)!, 'canary');
      await chmod(files.at(-1)!, mode);
    }
    const lines = [...files, join(folder, 'none'), 'fromStore'].map(
      (file, at) => `LoadCredential=c${String(at)}:${file}`,
    );
    const wrapper = await wrapperWith(`[Service]\n${lines.join('\n')}\n`);
    const warned = (called: string[]) => called.filter((line) => /mode \d/.test(line));
    for (const words of [['check'], ['--json', 'check'], ['check', '--json']]) {
      expect(warned(await wrapper(...words))).toEqual([
        `passwordbot-admin: ${files[0]!}: every account of this host may get at it (mode 0644): chmod 0600`,
      ]);
    }
    expect(warned(await wrapper('status'))).toEqual([]);
  });
});
