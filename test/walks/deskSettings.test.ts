import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { ask, confirm, lockCodes, newAgent, newCall, openAccount } from '../support/desk.ts';
import { houseOfTest } from '../support/ofSuite.ts';
import { plantEnrollment } from '../support/planted.ts';
import { FIRST_PASSWORD, newName, newPlanted, startReset } from '../support/walks.ts';

describe('the service desk', () => {
  it('says whom to ask where it may not vouch, and does not vouch', async () => {
    const house = await houseOfTest({ entrance: 'door', env: { DESK_MAY_VOUCH: 'off' } });
    const call = await newCall(house);
    const { agent, account, name } = call;
    await openAccount(agent, account);
    await confirm(house, call);
    expect(textOf(agent.card)).toContain('Be en administratör sätta ett nytt.');
    expect(() => agent.button('deskVouch', name)).toThrow();
    const rows = house.auditRows();
    const handle = String(agent.button('refresh').data['handle']).replace(/0$/, '1');
    const forged = { verb: 'deskVouch', title: '', data: { verb: 'deskVouch', handle } };
    expect(await agent.tapButton(forged)).toBe('desk.account');
    expect(house.audit(rows)).toEqual([]);
  });

  it('honours nothing that was vouched for once it may not any more', async () => {
    const house = await houseOfTest({ entrance: 'door' });
    const call = await newCall(house);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    await confirm(house, call);
    const rows = house.auditRows();
    await agent.tap('deskVouch', {}, name);
    expect(house.audit(rows).map(({ event }) => event)).toContain('desk.vouched');
    await house.end();
    await house.start({ DESK_MAY_VOUCH: 'off' });
    await chat.say('status');
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
  });

  it('is told with the address of an agent who has a word of the configured names', async () => {
    const env = { SERVICE_DESK: 'Vaktbolaget 019-21 00 00', ORGANISATION: 'Örebro kommun' };
    const house = await houseOfTest({ entrance: 'door', env });
    for (const displayName of ['Vaktbolaget Nord', 'Växeln (Örebro)']) {
      const call = await newCall(house);
      house.directory.put(call.agent.dn, 'displayName', displayName);
      await openAccount(call.agent, call.account);
      await ask(house, call);
      expect(textOf(call.chat.card).replaceAll('\\', '')).toContain(call.agent.person.upn);
    }
  });

  it('promises no code once those of the day are used up', async () => {
    // The number that is planted has had one.
    const house = await houseOfTest({ entrance: 'door', env: { SMS_PER_DAY: '2' } });
    const call = await newCall(house);
    const { agent, account } = call;
    const spent = 'Dagens sms är slut: inga nya koder går ut just nu.';
    await plantEnrollment(house, { ...call, password: FIRST_PASSWORD });
    await openAccount(agent, account);
    expect(textOf(agent.card)).not.toContain(spent);
    await lockCodes(house, call);
    await confirm(house, call);
    await agent.tap('deskClearLockout');
    expect(textOf(agent.card)).toContain(spent);
    expect(textOf(agent.card)).not.toContain('Det går att försöka igen.');
    expect(await startReset(call)).toBe('refused smsUnavailable');
  });

  it('says before a vouch that the day has no codes for new numbers left', async () => {
    const house = await houseOfTest({ entrance: 'door', env: { SMS_PER_DAY: '5' } });
    const spent = 'Dagens sms till nya nummer är slut: ingen mobil kan registreras just nu.';
    const enrolled = await newPlanted(house);
    for (let times = 0; times < 3; times += 1) {
      expect(await startReset(enrolled)).toBe('reset.code');
      await enrolled.chat.tap('cancel');
    }
    const call = await newCall(house);
    const { agent, chat, account, name } = call;
    await openAccount(agent, account);
    await confirm(house, call);
    expect(textOf(agent.card)).toContain(spent);
    await agent.tap('deskVouch', {}, name);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    expect(await chat.tap('useShownMobile')).toBe('enrollment.mobile smsUnavailable');
    expect(await startReset(enrolled)).toBe('reset.code');
  });

  it('is nobody where no group is configured', async () => {
    const house = await houseOfTest({ entrance: 'door', env: { SERVICE_DESK_GROUP: '' } });
    const chat = house.manager('Dag');
    house.hire(chat.dn);
    expect(await chat.say('servicedesk')).toBe('refused notResponsible');
    for (const verb of ['desk', 'deskFind']) {
      const button = { verb, title: '', data: { verb } };
      expect(await chat.tapButton(button, { account: 'x' })).toBe('refused notResponsible');
    }
  });

  it('finds the account of a name though the display names of hundreds of others hold it', async () => {
    const house = await houseOfTest({ entrance: 'door' });
    const agent = newAgent(house);
    const name = newName('vard');
    for (let n = 0; n < 260; n += 1) {
      const { dn } = house.account(newName('enhet'), agent.dn, FIRST_PASSWORD);
      house.directory.put(dn, 'displayName', `Enhet ${name} ${String(n)}`);
    }
    house.account(name, house.manager(newName('Chef')).dn, FIRST_PASSWORD);
    await agent.say('servicedesk');
    await agent.tap('deskFind', { account: name });
    expect(agent.buttons('deskOpen')).toHaveLength(5);
    expect(await agent.tap('deskOpen', {}, name)).toBe('desk.account');
  });
});
