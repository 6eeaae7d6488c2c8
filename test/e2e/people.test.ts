import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { FIRST_PASSWORD, newEnrolled, newManager, newName } from '../support/walks.ts';

const house = await houseOfSuite();

describe('a person', () => {
  it('who answers for nothing is told so, and whom to call', async () => {
    const nobody = house.manager('Ingenting');
    expect(await nobody.say('hej')).toBe('refused notResponsible');
    expect(textOf(nobody.card)).toContain(SERVICE_DESK);
  });

  it.each([
    ['a guest', { userRole: 'guest' }],
    ['of another tenant', { tenantId: randomUUID() }],
    ['another person', { aadObjectId: randomUUID() }],
    ['anonymous', { userRole: 'anonymous' }],
  ])('whom the roster calls %s is not let in', async (_name, entry) => {
    const { chat } = newManager(house);
    house.teams.addMember(chat.person, entry);
    expect(await chat.say('status')).toBe('refused notResponsible');
  });

  it('is known by the roster’s address, whatever the activity says', async () => {
    const owner = newManager(house);
    const stranger = house.manager('Framling');
    const activity = {
      ...house.teams.from(stranger.person, { type: 'message', text: 'status' }),
      from: {
        id: stranger.person.userId,
        name: owner.chat.person.name,
        aadObjectId: stranger.person.aadObjectId,
      },
      value: undefined,
    };
    await house.teams.send(house.url, activity);
    await house.teams.until(() => stranger.reload() === 'refused notResponsible');
  });

  it('stays the directory entry that it was first found as', async () => {
    const first = await newEnrolled(house);
    const other = newManager(house);
    house.teams.addMember(first.chat.person, {
      userPrincipalName: other.chat.person.upn,
      email: other.chat.person.mail,
    });
    expect(await first.chat.say('status')).toBe('refused notResponsible');
    house.teams.addMember(first.chat.person);
    expect(await first.chat.say('status')).toBe('home');
  });

  it('is found anew when the pinned entry no longer exists', async () => {
    const name = newName('Ater');
    const chat = house.manager(name);
    house.account(newName('grupp'), chat.dn, FIRST_PASSWORD);
    expect(await chat.say('status')).toBe('home');
    house.directory.remove(chat.dn);
    const { dn } = house.directory.user({
      name: `${name.toLowerCase()}2`,
      commonName: `${name} igen`,
      attributes: { userPrincipalName: chat.person.upn, mail: chat.person.mail },
    });
    const account = newName('grupp');
    house.account(account, dn, FIRST_PASSWORD);
    expect(await chat.say('status')).toBe('home');
    expect(textOf(chat.card)).toContain(account);
  });

  it('is found anew for a card that was drawn before the entry was replaced', async () => {
    const { chat, account, accountDn } = newManager(house);
    expect(await chat.say('status')).toBe('home');
    house.directory.remove(chat.dn);
    const name = newName('Ater');
    const { dn } = house.directory.user({
      name: name.toLowerCase(),
      commonName: name,
      attributes: { userPrincipalName: chat.person.upn, mail: chat.person.mail },
    });
    house.directory.put(accountDn, 'manager', dn);
    expect(await chat.tap('enroll', {}, account)).toBe('enrollment.currentPassword');
  });

  it('who is pinned goes on without the roster, others wait', async () => {
    const known = await newEnrolled(house);
    const unknown = newManager(house);
    house.teams.fail('member', { status: 503 });
    try {
      expect(await known.chat.say('status')).toBe('home');
      expect(await unknown.chat.say('status')).toBe('refused temporarilyUnavailable');
    } finally {
      house.teams.heal('member');
    }
    expect(await unknown.chat.say('status')).toBe('home');
  });

  it('who is pinned and no member of the chat any more is not let in', async () => {
    const known = await newEnrolled(house);
    for (const status of [403, 404]) {
      house.teams.fail('member', { status });
      expect(await known.chat.say('status')).toBe('refused notResponsible');
    }
    for (const status of [429, 500]) {
      house.teams.fail('member', { status });
      expect(await known.chat.say('status')).toBe('home');
    }
    house.teams.heal('member');
  });

  it('who left the directory is not let in', async () => {
    const walker = await newEnrolled(house);
    house.directory.put(walker.chat.dn, 'userAccountControl', '514');
    expect(await walker.chat.say('status')).toBe('refused notResponsible');
  });

  it('sees each account with its state, and only the own ones', async () => {
    const walker = await newEnrolled(house);
    const second = newName('grupp');
    house.account(second, walker.chat.dn, FIRST_PASSWORD);
    const foreign = newManager(house);
    await walker.chat.say('status');
    const text = textOf(walker.chat.card);
    expect(text).toContain(walker.account);
    expect(text).toContain(second);
    expect(text).not.toContain(foreign.account);
    expect(walker.chat.button('reset', walker.account).verb).toBe('reset');
    expect(() => walker.chat.button('reset', second)).toThrow('no reset');
    expect(() => walker.chat.button('unlock', walker.account)).toThrow('no unlock');
  });
});

describe('an account named by LDAP’s own signs', () => {
  it.each(['PLAIN', 'EXTERNAL', 'a(b)c', 'DIGEST-MD5'])(
    '%s is an account like any other',
    async (name) => {
      const chat = house.manager(newName('Chef'));
      house.account(name, chat.dn, FIRST_PASSWORD);
      await chat.say('status');
      await chat.tap('enroll', {}, name);
      expect(await chat.tap('proveCurrentPassword', { currentPassword: 'fel' })).toBe(
        'enrollment.currentPassword passwordWrong',
      );
      expect(await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
        'enrollment.mobile',
      );
    },
  );
});
