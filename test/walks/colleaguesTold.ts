import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { cardsTo, isPutOff, noneWaits, noticesTo } from '../support/notices.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newMobile,
  newName,
  reset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';

/** The names under which the account's other managers are told, and the ways to reach them. */
export function walkColleaguesTold(world: World): void {
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

  it('stand in the audit at each change where the bot was removed from their chats', async () => {
    const [asa, bo, cia, unmet] = ['Asa', 'Bo', 'Cia', 'Ny'].map((name) =>
      world.manager(newName(name)),
    );
    const all = [asa, bo, cia, unmet].map((one) => one!.dn);
    const account = newName('grupp');
    const { id } = world.account(
      account,
      world.directory.group(newName('Chefer'), all).dn,
      FIRST_PASSWORD,
    );
    await bo!.say('status');
    await cia!.say('status');
    const walker = { chat: asa!, account, accountDn: '', accountId: '', mobile: newMobile() };
    await enroll(world, walker);
    await noneWaits(world);
    const failed = (from: number) =>
      world
        .wholeAudit(from)
        .filter((row) => row.account === id && row.event === 'notice.failed')
        .map(({ result, reason }) => [result, reason]);

    // Teams says so at the first card that the bot posts there; it posts none any more.
    world.teams.fail('post', { status: 403, code: 'ConversationBlockedByUser' }, 2, 'notice');
    const untold = ['failed', 'notInTeams'];
    for (const password of [GOOD, `${GOOD}-igen`]) {
      const rows = world.auditRows();
      expect(await reset(world, walker, password)).toBe('reset.done');
      await noneWaits(world);
      expect(failed(rows)).toEqual([untold, untold]);
    }
    const rows = world.auditRows();
    await cia!.say('status');
    const before = cardsTo(world, cia!, 'notice').length;
    expect(await reset(world, walker, `${GOOD}-till`)).toBe('reset.done');
    await noneWaits(world);
    expect(failed(rows)).toEqual([untold]);
    expect(cardsTo(world, cia!, 'notice')).toHaveLength(before + 1);
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

  it('reach a colleague in chat while the SMS service holds up the texts', async () => {
    const asa = world.manager('Asavanta');
    const bo = world.manager('Bovanta');
    const group = world.directory.group('Vantachefer', [asa.dn, bo.dn]);
    const { id } = world.account('vantagrupp', group.dn, FIRST_PASSWORD);
    await bo.say('status');
    await noneWaits(world);
    const walker = { chat: asa, account: 'vantagrupp', mobile: newMobile() };
    await enrollToCode(world, walker);
    const held = Promise.withResolvers<void>();
    world.twilio.script({ until: held.promise });
    await asa.tap('confirmCode', { code: world.code(walker.mobile) });
    await world.teams.until(() => cardsTo(world, bo, 'notice').length === 1);
    const told = () =>
      world.wholeAudit().filter(({ account, event }) => account === id && event === 'notice.sent');
    // The colleague's and the own card; the text has had no answer yet.
    await world.teams.until(() => told().length === 2);
    held.resolve();
    await world.teams.until(() => told().length === 3);
  });

  it('reach a colleague whose chat is gone in a new one, and keep to it', async () => {
    const asa = world.manager('Asaborta');
    const bo = world.manager('Boborta');
    const group = world.directory.group('Bortachefer', [asa.dn, bo.dn]);
    world.account('chattgrupp', group.dn, FIRST_PASSWORD);
    await bo.say('status');
    world.teams.goneConversations.add(bo.person.conversationId);
    const created = world.teams.created.length;
    const walker = { chat: asa, account: 'chattgrupp', mobile: newMobile() };
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await world.teams.until(() => world.teams.created.length > created);
    const { conversationId, body } = world.teams.created.at(-1)!;
    expect(body).toMatchObject({ members: [{ id: bo.person.aadObjectId }] });
    const told = () => world.teams.sent.filter((sent) => sent.conversationId === conversationId);
    await world.teams.until(() => told().length === 1);
    expect(nameOf(told()[0]?.card)).toBe('notice');
    const withAccount = { ...walker, accountDn: '', accountId: '' };
    expect(await reset(world, withAccount, GOOD)).toBe('reset.done');
    await world.teams.until(() => told().length === 2);
    expect(world.teams.created).toHaveLength(created + 1);
  });

  it('are given up where the new chat is gone too', async () => {
    const asa = world.manager('Asahelt');
    const bo = world.manager('Bohelt');
    const group = world.directory.group('Heltchefer', [asa.dn, bo.dn]);
    const { id } = world.account('heltgrupp', group.dn, FIRST_PASSWORD);
    await bo.say('status');
    const created = world.teams.created.length;
    const walker = { chat: asa, account: 'heltgrupp', mobile: newMobile() };
    await enrollToCode(world, walker);
    await noneWaits(world);
    // The own card is tried again.
    world.teams.fail('post', { status: 404, code: 'ConversationNotFound' }, 4, 'notice');
    await asa.tap('confirmCode', { code: world.code(walker.mobile) });
    const failed = () =>
      world
        .wholeAudit()
        .filter(({ account, event }) => account === id && event === 'notice.failed');
    await world.teams.until(() => failed().length === 1);
    expect(failed()[0]).toMatchObject({ result: 'failed', reason: 'notInTeams' });
    expect(world.teams.created).toHaveLength(created + 2);
    await isPutOff(world, 1);
    world.passTime(5_000);
    await noneWaits(world);
    expect(failed()).toHaveLength(1);
  });
}
