import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkHost } from '../../src/admin/check/hostCheck.ts';
import { secretEnvFilesOf } from '../../src/config/secretFiles.ts';
import { folderOfSuite, houseOfTest } from '../support/ofSuite.ts';

const folder = await folderOfSuite();
const key = join(folder, 'encryption-keys');
const data = join(folder, 'data');
writeFileSync(key, 'canary');
mkdirSync(data);
const paths = { ENCRYPTION_KEYS_FILE: key, DATA_DIR: data };

function modes(above: number, ofKey: number, ofData: number): void {
  chmodSync(folder, above);
  chmodSync(key, ofKey);
  chmodSync(data, ofData);
}

function minds(privatePaths: Record<string, string>, options: string[] = []): string[] {
  return checkHost({ privatePaths }, options).mind.map(({ text }) => text);
}

describe('check, of the host', () => {
  it('names the files of secrets and the data directory that are open to others', () => {
    modes(0o755, 0o644, 0o755);
    expect(minds(paths)).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS_FILE: .*\(mode 0644\): chmod 0600/),
      expect.stringMatching(/^DATA_DIR: .*\(mode 0755\): chmod 0700/),
    ]);
    modes(0o755, 0o640, 0o750);
    expect(minds(paths)).toEqual([]);
    // The folder's mode keeps others out.
    modes(0o700, 0o644, 0o777);
    expect(minds(paths)).toEqual([]);
    expect(minds({ DATA_DIR: join(folder, 'none') })).toEqual([]);
  });

  it('follows a link to where the file lies', () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const [outward, inward] = [join(closed, 'outward'), join(folder, 'inward')];
    symlinkSync(key, outward);
    writeFileSync(join(closed, 'kept'), 'canary');
    symlinkSync(join(closed, 'kept'), inward);
    modes(0o755, 0o644, 0o700);
    chmodSync(join(closed, 'kept'), 0o644);
    expect(minds({ LDAP_BIND_PASSWORD_FILE: inward, ENCRYPTION_KEYS_FILE: outward })).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEYS_FILE: .*\(mode 0644\)/),
    ]);
  });

  it('names a file of variables that holds a secret and is open to others, however Node.js was given it', () => {
    const file = join(folder, 'open.env');
    writeFileSync(file, 'LDAP_BIND_PASSWORD=canary');
    modes(0o755, 0o600, 0o700);
    const ways = [
      [`--env-file=${file}`],
      [`--env-file-if-exists=${file}`],
      ['--max-semi-space-size=16', '--env-file', file],
      ['--env-file-if-exists', file, '--env-file-if-exists=none.env'],
    ];
    const told = (options: string[]) => minds({ ...paths, ...secretEnvFilesOf(options) });
    for (const options of ways) {
      chmodSync(file, 0o644);
      expect(told(options)).toEqual([
        expect.stringMatching(/^--env-file=\S+open\.env: .*chmod 0600/),
      ]);
      chmodSync(file, 0o640);
      expect(told(options)).toEqual([]);
    }
    writeFileSync(file, 'ORGANISATION=Sundby\nLDAP_BIND_PASSWORD=\n#METRICS_TOKEN=canary');
    chmodSync(file, 0o644);
    expect(told(ways[0]!)).toEqual([]);
  });

  it('vouches for no file of which systemd hands the bot a copy', () => {
    modes(0o755, 0o400, 0o700);
    const found = (credentials?: string) =>
      checkHost({ privatePaths: paths }, [], credentials).found.join('\n');
    expect(found()).toMatch(/^the files of secrets that .* are the bot’s alone$/);
    expect(found(join(folder, 'other'))).toBe(found());
    // A folder whose name only begins as that of the copies does.
    expect(found(folder.slice(0, -1))).toBe(found());
    const told = found(folder);
    expect(told).not.toContain('the files of secrets');
    expect(told).toMatch(/LoadCredential.*EnvironmentFile.*not looked at.*ls -l/);
    // The rest is looked at all the same.
    modes(0o755, 0o400, 0o755);
    expect(checkHost({ privatePaths: paths }, [], folder)).toMatchObject({
      found: [expect.stringContaining('LoadCredential')],
      mind: [{ text: expect.stringContaining('DATA_DIR') }],
    });
  });

  it('vouches for no file where none was looked at', () => {
    modes(0o755, 0o600, 0o700);
    const found = (privatePaths: Record<string, string>) => checkHost({ privatePaths }, []).found;
    const none = [expect.stringMatching(/^no file of secrets was looked at.*EnvironmentFile/)];
    expect(found({})).toEqual(none);
    expect(found({ DATA_DIR: data })).toEqual(none);
    expect(found({ ENCRYPTION_KEYS_FILE: key })).not.toEqual(none);
    // The modes of Windows tell nothing.
    const { platform } = process;
    Object.defineProperty(process, 'platform', { value: 'win32' });
    try {
      expect(found(paths)).toEqual(none);
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  });

  it('is told at the start too', async () => {
    modes(0o755, 0o644, 0o700);
    writeFileSync(key, `k1:${randomBytes(32).toString('base64')}\n`);
    const env = { ENCRYPTION_KEYS: '', ENCRYPTION_KEYS_FILE: key };
    const file = join(folder, 'start.env');
    writeFileSync(file, "export METRICS_TOKEN='canary'");
    chmodSync(file, 0o604);
    process.execArgv.push(`--env-file=${file}`);
    const house = await houseOfTest({ env });
    process.execArgv.pop();
    const told = house.output.split('\n').filter((line) => line.includes('"exposedFile"'));
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('"variable":"ENCRYPTION_KEYS_FILE","mode":"0644"');
    expect(told[1]).toContain(`"variable":"--env-file=${file}","mode":"0604"`);
  });

  it('names the variables of a file that systemd and Node.js read differently, without their values', () => {
    const file = join(folder, 'bot.env');
    const lines = [
      '# a comment with $ and #',
      String.raw`LDAP_BIND_PASSWORD=can\ary`,
      'SERVICE_DESK=Servicedesk #1',
      'A=can$ary"',
      String.raw`LDAP_BIND_DN='CN=Berg\, Anna,DC=example'`,
      'PUBLIC_URL=https://bot.example.se',
    ];
    writeFileSync(file, lines.join('\n'));
    const told = minds({}, [`--env-file=${file}`, '--max-semi-space-size=16']);
    expect(told.map((text) => text.split(' outside')[0])).toEqual([
      String.raw`LDAP_BIND_PASSWORD: has \ `.trimEnd(),
      'SERVICE_DESK: has #',
      'A: has $ "',
    ]);
    expect(told.join()).not.toMatch(/ary|#1/);
    // Only a secret can be given as a file.
    expect(told.filter((text) => text.includes('_FILE'))).toEqual([
      expect.stringContaining("write '…' around it, or give LDAP_BIND_PASSWORD_FILE"),
    ]);
  });
});
