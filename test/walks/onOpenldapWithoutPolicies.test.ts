import { expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOpenldapWorld } from '../adapters/ldap/openldapWorld.ts';
import { FIRST_PASSWORD } from '../contracts/directoryWorld.ts';
import { folderOfSuite, houseOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { newMobile, newName } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const BETTER = 'Stol-Bord-Lampa-77';

const world = await startOpenldapWorld({ hasPolicies: false });
atSuiteEnd(() => world.close());
const caFile = join(await folderOfSuite(), 'ca.pem');
await writeFile(caFile, world.authority.caPem);
const house = await houseOfSuite({
  env: {
    LDAP_URL: world.options.urls.join(' '),
    LDAP_CA_FILE: caFile,
    LDAP_BIND_DN: world.slapd.serviceDn,
    LDAP_BIND_PASSWORD: world.slapd.servicePassword,
    LDAP_ACCOUNTS_BASE: world.options.accountsBase,
    LDAP_MANAGERS_BASE: world.options.managersBase,
    SERVICE_DESK_GROUP: '',
  },
});
const chat = house.manager(newName('Chef'));
const { dn } = await world.newPerson();
await world.admin.put(dn, 'mail', [chat.person.mail]);
const account = await world.newAccount({ responsible: [dn] });
const mobile = newMobile();

it('enrolls and resets; a password that another client has set meanwhile is not overwritten', async () => {
  await chat.say('status');
  await chat.tap('enroll', {}, account.name);
  const wrong = { currentPassword: 'inte rätt' };
  expect(await chat.tap('proveCurrentPassword', wrong)).toContain('passwordWrong');
  await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
  await chat.tap('setMobile', { mobile });
  expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('enrollment.done');
  await chat.tap('reset');
  await chat.tap('confirmCode', { code: house.code(mobile) });
  const typed = { newPassword: GOOD, confirmPassword: GOOD };
  expect(await chat.tap('setPassword', typed)).toBe('reset.done');
  expect(await world.binds(account.dn, GOOD)).toBe(true);
  expect(await world.binds(account.dn, FIRST_PASSWORD)).toBe(false);

  await chat.say('status');
  await chat.tap('reset', {}, account.name);
  await chat.tap('confirmCode', { code: house.code(mobile) });
  await world.setPassword(account.dn, 'Nagon-Annan-11');
  const late = { newPassword: BETTER, confirmPassword: BETTER };
  expect(await chat.tap('setPassword', late)).toBe('home flowExpired');
  expect(await world.binds(account.dn, 'Nagon-Annan-11')).toBe(true);
});

it('the check claims no history, lockout or age that the directory does not know', async () => {
  const { code, stdout } = await house.runAdmin(['check']);
  expect(code).toBe(0);
  expect(stdout).toContain('the directory never locks (1 account)');
  expect(stdout).toContain('the directory has no password policies (the ppolicy overlay)');
  expect(stdout).not.toContain('resets obey');
});
