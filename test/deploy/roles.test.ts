import { describe, expect, it } from '@jest/globals';
import { run } from '../support/children.ts';
import { startHouse } from '../support/house.ts';
import { postgresOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { newManager } from '../support/walks.ts';
import { deployPath } from './deployFile.ts';

const server = await postgresOfSuite();

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

await psql(
  server.url,
  'roles.sql',
  ...[
    '--set=ON_ERROR_STOP=1',
    '--set=owner_password=owner-secret',
    '--set=bot_password=bot-secret',
  ],
);
await (await startHouse({ databaseUrl: owner })).stop();
await psql(owner, 'grants.sql');

describe('deploy/roles.sql and deploy/grants.sql', () => {
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
    'delete from manager_revocation',
    'delete from answering',
    'delete from password_seen',
    'delete from password_salt',
    `update password_salt set salt = ''`,
    'drop table flow',
    'create table mine (a int)',
  ])('let the bot not do: %s', async (statement) => {
    await expect(server.query(statement, [], bot)).rejects.toThrow(
      /permission denied|must be owner/,
    );
  });
});
