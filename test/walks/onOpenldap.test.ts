import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startOpenldapWorld } from '../adapters/ldap/openldapWorld.ts';
import { FIRST_PASSWORD } from '../contracts/directoryWorld.ts';
import { textOf } from '../support/chatDriver.ts';
import { folderOfSuite, houseOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { pick, shownNumber } from '../support/desk.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { newMobile, newName } from '../support/walks.ts';

const world = await startOpenldapWorld();
atSuiteEnd(() => world.close());
const caFile = join(await folderOfSuite(), 'ca.pem');
await writeFile(caFile, world.authority.caPem);
const { slapd, options } = world;
const agents = await world.newGroup([(await world.newPerson()).dn]);
const desk = await world.newGroup([agents]);
const house = await houseOfSuite({
  env: {
    LDAP_URL: options.urls.join(' '),
    LDAP_CA_FILE: caFile,
    LDAP_BIND_DN: slapd.serviceDn,
    LDAP_BIND_PASSWORD: slapd.servicePassword,
    LDAP_ACCOUNTS_BASE: options.accountsBase,
    LDAP_MANAGERS_BASE: options.managersBase,
    SERVICE_DESK_GROUP: desk,
  },
});

/** A person in Teams who is enrolled for an account of OpenLDAP. */
async function newEnrolled() {
  const chat = house.manager(newName('Chef'));
  const { dn, query } = await world.newPerson();
  await world.admin.put(dn, 'mail', [chat.person.mail]);
  const account = await world.newAccount({ responsible: [dn] });
  const mobile = newMobile();
  await chat.say('status');
  await chat.tap('enroll', {}, account.name);
  await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
  await chat.tap('setMobile', { mobile });
  expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('enrollment.done');
  return { chat, account, mobile, query };
}

describe('on OpenLDAP', () => {
  it('the metrics tell when the certificate of the directory ends', async () => {
    await house.manager(newName('Chef')).say('status');
    const metrics = await (await fetch(`${house.url}/metrics`)).text();
    const [, seconds] =
      /ends_timestamp_seconds\{ending="directoryCertificate"\} (\d+)/.exec(metrics) ?? [];
    expect(Number(seconds) * 1000).toBeGreaterThan(Date.now());
  });

  it('an agent in a group within the group vouches for a manager, who enrolls', async () => {
    const [agent, chat] = [house.manager(newName('Agent')), house.manager(newName('Chef'))];
    const [agentEntry, entry] = [await world.newPerson(), await world.newPerson()];
    const mobile = newMobile();
    await world.admin.put(agentEntry.dn, 'mail', [agent.person.mail]);
    await world.admin.put(entry.dn, 'mail', [chat.person.mail]);
    await world.admin.put(entry.dn, 'mobile', [mobile]);
    await world.setMembers(agents, [agentEntry.dn]);
    const account = await world.newAccount({ responsible: [entry.dn] });
    await chat.say('status');
    expect(await agent.say('status')).toBe('desk');
    await agent.tap('deskFind', { account: account.name });
    expect(await agent.tap('deskOpen', {}, account.name)).toBe('desk.account');
    await agent.tap('deskConfirm');
    await house.teams.until(() => chat.reload() === 'caller');
    expect(await pick(chat, shownNumber(agent))).toBe('caller.done');
    await agent.tap('refresh');
    await agent.tap('deskVouch');
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account.name)).toBe('enrollment.mobile');
    await chat.tap('useShownMobile');
    expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('enrollment.done');
    await world.setMembers(agents, [entry.dn]);
    expect(await agent.tap('refresh')).toBe('refused notResponsible');
  });

  it('a second reset on one day is refused with the time from which it goes', async () => {
    const { chat, account, mobile } = await newEnrolled();
    await world.admin.put(slapd.defaultPolicyDn, 'pwdMinAge', ['86400']);
    await chat.say('status');
    await chat.tap('reset', {}, account.name);
    await chat.tap('confirmCode', { code: house.code(mobile) });
    const typed = { newPassword: 'Kaffekanna-Blomma-42', confirmPassword: 'Kaffekanna-Blomma-42' };
    expect(await chat.tap('setPassword', typed)).toBe('reset.newPassword passwordTooYoung');
    expect(textOf(chat.card)).toMatch(/går inte att byta igen förrän i morgon kl\. \d\d\.\d\d/);
    expect(textOf(chat.card)).toContain(SERVICE_DESK);
    expect(house.audit().at(-1)).toMatchObject({
      event: 'reset.refused',
      reason: 'passwordTooYoung',
    });
    expect(await world.binds(account.dn, FIRST_PASSWORD)).toBe(true);
  });

  it('a policy that lets nobody reset is named by the alarm and by the check, not the rights', async () => {
    const { chat, account, mobile } = await newEnrolled();
    await world.admin.put(slapd.defaultPolicyDn, 'pwdMinAge', ['0']);
    await world.admin.put(slapd.defaultPolicyDn, 'pwdSafeModify', ['TRUE']);
    await chat.say('status');
    await chat.tap('reset', {}, account.name);
    await chat.tap('confirmCode', { code: house.code(mobile) });
    const typed = { newPassword: 'Kaffekanna-Blomma-42', confirmPassword: 'Kaffekanna-Blomma-42' };
    expect(await chat.tap('setPassword', typed)).toBe('refused temporarilyUnavailable');
    expect(house.output).toContain('"alarm":"directoryPolicy","detail":"pwdSafeModify is TRUE"');
    expect(house.output).not.toContain('directoryRights');
    const { code, stderr } = await house.runAdmin(['check']);
    expect(code).toBe(1);
    expect(stderr).toContain('pwdSafeModify is TRUE for');
    await world.admin.put(slapd.defaultPolicyDn, 'pwdSafeModify', []);
  });
});
