import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { ChatDriver } from '../support/chatDriver.ts';
import { noneWaits } from '../support/notices.ts';
import { enroll, newManager, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** A directory entry belongs to one Teams person, until an administrator says otherwise. */
export function walkPins(world: World): void {
  /** Another person of the tenant to whom Teams gives the same UPN. */
  function namesake({ person }: ChatDriver): ChatDriver {
    const other = world.manager(newName('Namne'));
    world.teams.addMember({ ...other.person, upn: person.upn, mail: person.mail });
    return other;
  }
  const alarms = () => world.output.split('"alarm":"entryOfAnother"').length - 1;

  it('refuses a second Teams person with an alarm, until the entry is unpinned', async () => {
    const walker = newManager(world);
    const { chat, account } = walker;
    expect(await enroll(world, walker)).toBe('enrollment.done');
    const second = namesake(chat);
    const before = alarms();
    expect(await second.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 1);
    expect(await chat.say('status')).toBe('home');
    const nameOf = ({ person }: ChatDriver) => `${world.tenantId}/${person.aadObjectId}`;
    expect(await world.administer(['status', account])).toMatchObject({
      managers: [{ pins: [nameOf(chat)] }],
    });
    await noneWaits(world);

    const rows = world.auditRows();
    expect(await world.administer(['unpin', chat.person.upn])).toMatchObject({
      unpinned: [nameOf(chat)],
    });
    expect(world.audit(rows)).toMatchObject([
      { event: 'admin.unpin', result: 'ok', reason: nameOf(chat), account: null },
    ]);
    expect(await second.say('status')).toBe('home');
    // The number stays with the Teams person who proved it.
    expect(() => second.button('reset', account)).toThrow();
    expect(await chat.say('status')).toBe('refused notResponsible');
  });

  it('refuses one whose entry names another Entra object id, pinned or not', async () => {
    const { chat } = newManager(world);
    expect(await chat.say('status')).toBe('home');
    const before = alarms();
    world.directory.put(chat.dn, 'msDS-ExternalDirectoryObjectId', `User_${randomUUID()}`);
    expect(await chat.say('status')).toBe('refused notResponsible');
    const { chat: fresh } = newManager(world);
    world.directory.put(fresh.dn, 'msDS-ExternalDirectoryObjectId', `User_${randomUUID()}`);
    expect(await fresh.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 2);

    for (const { dn, person } of [chat, fresh]) {
      world.directory.put(dn, 'msDS-ExternalDirectoryObjectId', `User_${person.aadObjectId}`);
    }
    expect(await chat.say('status')).toBe('home');
    expect(await fresh.say('status')).toBe('home');
  });

  it('lets a pinned one in whose address has changed in the directory first', async () => {
    const { chat } = newManager(world);
    expect(await chat.say('status')).toBe('home');
    for (const attribute of ['userPrincipalName', 'mail']) {
      world.directory.put(chat.dn, attribute, `${newName('annat')}@orebro.example`);
    }
    expect(await chat.say('status')).toBe('home');
  });

  it('refuses a pinned one, with an alarm, while another entry has the address too', async () => {
    const { chat } = newManager(world);
    expect(await chat.say('status')).toBe('home');
    const other = world.manager(newName('Annan'));
    const before = alarms();
    world.directory.put(other.dn, 'userPrincipalName', chat.person.upn);
    expect(await chat.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 1);
    world.directory.put(other.dn, 'userPrincipalName', other.person.upn);
    expect(await chat.say('status')).toBe('home');
  });

  it('lets no other entry take the place of one that is disabled, before it is gone or unpinned', async () => {
    const { chat } = newManager(world);
    expect(await chat.say('status')).toBe('home');
    const heir = newManager(world).chat;
    const before = alarms();
    world.directory.put(chat.dn, 'userAccountControl', '514');
    expect(await chat.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before);
    world.directory.put(heir.dn, 'userPrincipalName', chat.person.upn);
    expect(await chat.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 1);

    world.directory.remove(chat.dn);
    expect(await chat.say('status')).toBe('home');
    expect(await world.administer(['unpin', heir.entryId])).toMatchObject({
      unpinned: [`${world.tenantId}/${chat.person.aadObjectId}`],
    });
  });

  it('refuses one who was never pinned, with an alarm, while two entries have the address', async () => {
    const { chat } = newManager(world);
    const other = world.manager(newName('Annan'));
    const before = alarms();
    world.directory.put(other.dn, 'userPrincipalName', chat.person.upn);
    expect(await chat.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 1);
    world.directory.put(other.dn, 'userPrincipalName', other.person.upn);
    expect(await chat.say('status')).toBe('home');
    world.directory.put(chat.dn, 'userPrincipalName', newName('annat'));
    const { chat: unknown } = newManager(world);
    world.directory.put(unknown.dn, 'userPrincipalName', newName('annat'));
    expect(await unknown.say('status')).toBe('refused notResponsible');
    expect(alarms()).toBe(before + 1);
  });

  it('pins one of two who come at once', async () => {
    const { chat } = newManager(world);
    const second = namesake(chat);
    const shown = await Promise.all([chat, second].map((each) => each.say('status')));
    expect(shown.toSorted()).toEqual(['home', 'refused notResponsible']);
  });

  it('says of whom the directory knows nothing that there is no such person', async () => {
    await expect(world.administer(['unpin', 'ingen@orebro.example'])).rejects.toThrow('no such');
  });
}
