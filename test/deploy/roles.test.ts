import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run } from '../support/children.ts';
import { startHouse } from '../support/house.ts';
import { folderOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { newManager } from '../support/walks.ts';
import { deployPath, deployText } from './deployFile.ts';

const server = await postgresOfSuite();
const folder = await folderOfSuite();

/** The database of the two roles, as one of them. */
function urlOf(role: string, password: string): string {
  const url = new URL(server.url);
  return `postgres://${role}:${password}@${url.host}/bot`;
}
const owner = urlOf('bot_owner', 'owner-secret');
const bot = urlOf('bot', 'bot-secret');

async function psql(url: string, file: string, ...args: string[]): Promise<void> {
  const all = [url, '--quiet', '--no-psqlrc', ...args, `--file=${deployPath(file)}`];
  const { code, output } = await run('psql', all, { isShown: false });
  expect({ code, output }).toEqual({ code: 0, output: '' });
}

/** Runs the script with a psql that notes its arguments; gives them. */
async function makeRoles(url = server.url): Promise<string> {
  for (const role of ['owner', 'bot']) {
    await writeFile(join(folder, `${role}-password`), `${role}-secret\n`);
  }
  const script = deployText('roles.sh', {
    'psql --': `${join(folder, 'psql')} --`,
    '--username=postgres': url,
    '/own/': `${folder}/`,
    '/etc/passwordbot/roles.sql': deployPath('roles.sql'),
  });
  const noted = join(folder, 'arguments');
  await writeFile(
    join(folder, 'psql'),
    `#!/bin/sh\nprintf '%s\\n' "$@" >${noted}\nexec psql --quiet --no-psqlrc "$@"\n`,
    { mode: 0o755 },
  );
  const { code, output } = await run('bash', ['-c', script], { isShown: false });
  expect({ code, output }).toEqual({ code: 0, output: '' });
  return readFile(noted, 'utf8');
}

const shown = await makeRoles();
await (await startHouse({ databaseUrl: owner })).stop();
await psql(owner, 'grants.sql');

describe('deploy/roles.sql and deploy/grants.sql', () => {
  it('show no password in the list of processes', () => {
    expect(shown).toContain('ON_ERROR_STOP');
    expect(shown).not.toContain('secret');
  });

  it('make the database anew where it alone was lost', async () => {
    const other = await postgresOfSuite();
    await makeRoles(other.url);
    await other.query('drop database bot');
    await makeRoles(other.url);
    const restored = other.url.replace(/[^/]+$/, 'bot');
    const [row] = await other.query(
      `select datdba::regrole::text as owner from pg_database where datname = 'bot'`,
      [],
      restored,
    );
    expect(row).toEqual({ owner: 'bot_owner' });
  });

  it('give the bot what it needs', async () => {
    const house = await startHouse({ databaseUrl: bot });
    atSuiteEnd(() => house.stop());
    const { chat, account, accountDn, mobile } = newManager(house);
    const [first, second] = ['Gammalt-Losen-17', 'Kaffekanna-Blomma-42'];
    expect(await chat.install()).toBe('home');
    await chat.tap('enroll', {}, account);
    await chat.tap('proveCurrentPassword', { currentPassword: first });
    await chat.tap('setMobile', { mobile });
    const enrolled = await chat.tap('confirmCode', { code: house.code(mobile) });
    expect(enrolled).toBe('enrollment.done');
    await chat.tap('reset');
    await chat.tap('confirmCode', { code: house.code(mobile) });
    const typed = { newPassword: second, confirmPassword: second };
    expect(await chat.tap('setPassword', typed)).toBe('reset.done');
    expect(house.directory.hasPassword(accountDn, second)).toBe(true);
  });

  it.each([
    'update audit set reason = null',
    'delete from audit',
    'truncate audit',
    'delete from bot_migration',
    'delete from audit_head',
    'delete from manager',
    'delete from revocation',
    'delete from answering',
    'delete from password_seen',
    'delete from password_salt',
    `update password_salt set salt = ''`,
    `update revocation set account_id = ''`,
    `update revocation set manager = ''`,
    'update revocation set revoked_at = 0',
    `update answering set account_id = ''`,
    `update password_seen set account_id = ''`,
    'drop table flow',
    'create table mine (a int)',
  ])('let the bot not do: %s', async (statement) => {
    await expect(server.query(statement, [], bot)).rejects.toThrow(
      /permission denied|must be owner/,
    );
  });
});
