import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { cardsTo, noticesTo } from '../support/notices.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName, prove } from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** The persons of whom the account's other managers are told, and the way to reach them. */
export function walkColleagues(world: World): void {
  const noticesIn = (conversation: string) =>
    world.teams.sent.filter(
      ({ conversationId, card }) => conversationId === conversation && nameOf(card) === 'notice',
    );

  it('are told by the Entra id where they never met the bot', async () => {
    const asa = world.manager(newName('Asa'));
    const bo = world.manager(newName('Bo'));
    const group = world.directory.group(newName('Chefer'), [asa.dn, bo.dn]);
    const account = newName('grupp');
    world.account(account, group.dn, FIRST_PASSWORD);
    const { aadObjectId } = bo.person;
    world.directory.put(bo.dn, 'msDS-ExternalDirectoryObjectId', `User_${aadObjectId}`);
    expect(await enroll(world, { chat: asa, account, mobile: newMobile() })).toBe(
      'enrollment.done',
    );
    const opened = () =>
      world.teams.created.find(({ body }) => JSON.stringify(body).includes(aadObjectId));
    await world.teams.until(() => opened() !== undefined);
    await world.teams.until(() => noticesIn(opened()!.conversationId).length === 1);
    expect(textOf(noticesIn(opened()!.conversationId)[0]?.card)).toContain(account);
  });

  it('see the address of one who has the name of another of them', async () => {
    const name = newName('Anna');
    const [anna, other, bo] = [name, newName('Falsk'), newName('Bo')].map((each) =>
      world.manager(each),
    );
    world.directory.put(other!.dn, 'displayName', ` ${name.toUpperCase()}\u200b`);
    const group = world.directory.group(newName('Chefer'), [anna!.dn, other!.dn, bo!.dn]);
    const account = newName('grupp');
    world.account(account, group.dn, FIRST_PASSWORD);
    const mobile = newMobile();
    await enroll(world, { chat: bo!, account, mobile });
    await world.teams.until(() => noticesTo(world, mobile).length === 1);
    const { upn } = other!.person;
    await enroll(world, { chat: other!, account, mobile: newMobile() });
    await world.teams.until(() => noticesTo(world, mobile).length === 2);
    // No dot stays between two letters: a phone would make a link of it.
    expect(noticesTo(world, mobile)[1]!.replaceAll('. ', '.')).toContain(upn);
    await world.teams.until(() => cardsTo(world, bo!, 'notice').length === 2);
    const told = textOf(cardsTo(world, bo!, 'notice').at(-1)?.card);
    expect(told.replaceAll('\\', '')).toContain(upn);
    expect(textOf(cardsTo(world, bo!, 'notice')[0]?.card)).not.toContain('@');
  });

  it('see the account name of one of the same name who has no address', async () => {
    const name = newName('Anna');
    const [anna, other, bo] = [name, newName('Falsk'), newName('Bo')].map((each) =>
      world.manager(each),
    );
    world.directory.put(other!.dn, 'displayName', name);
    const group = world.directory.group(newName('Chefer'), [anna!.dn, other!.dn, bo!.dn]);
    await bo!.say('status');
    await other!.say('status');
    const [accountName] = world.directory.get(other!.dn, 'sAMAccountName');
    world.directory.put(other!.dn, 'userPrincipalName', []);
    const account = newName('grupp');
    world.account(account, group.dn, FIRST_PASSWORD);
    await enroll(world, { chat: other!, account, mobile: newMobile() });
    await world.teams.until(() => cardsTo(world, bo!, 'notice').length === 1);
    const told = textOf(cardsTo(world, bo!, 'notice')[0]?.card);
    expect(told.replaceAll('\\', '')).toContain(`${accountName!} (${name})`);
  });

  it('prove no password on the day of three wrong ones, but reset where they are enrolled', async () => {
    const [asa, bo, cia] = ['Asa', 'Bo', 'Cia'].map((name) => world.manager(newName(name)));
    const group = world.directory.group(newName('Chefer'), [asa!.dn, bo!.dn, cia!.dn]);
    const account = newName('grupp');
    const { dn } = world.account(account, group.dn, FIRST_PASSWORD);
    await enroll(world, { chat: bo!, account, mobile: newMobile() });
    await prove({ chat: asa!, account }, 'Fel-Losen-1');
    for (const currentPassword of ['Fel-Losen-2', 'Fel-Losen-3']) {
      await asa!.tap('proveCurrentPassword', { currentPassword });
    }
    const binds = world.directory.bindsOf(dn);
    expect(await prove({ chat: cia!, account })).toBe('refused proofLocked');
    expect(world.directory.bindsOf(dn)).toBe(binds);
    await bo!.say('status');
    expect(await bo!.tap('reset', {}, account)).toBe('reset.code');
  });
}
