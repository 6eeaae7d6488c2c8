import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { cardsTo, isPutOff, noneWaits } from '../support/notices.ts';
import { enroll, enrollToCode, FIRST_PASSWORD, newMobile, reset } from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';

/** Walks the notices of an enrollment and of a reset. */
export function walkNotices(world: World): void {
  it('tell the number and the colleagues of an enrollment and of a reset', async () => {
    const asa = world.manager('Asanotis');
    const bo = world.manager('Bonotis');
    const stranger = world.manager('Annan');
    const group = world.directory.group('Notischefer', [asa.dn, bo.dn]);
    world.account('notisgrupp', group.dn, FIRST_PASSWORD);
    world.account('annangrupp', stranger.dn, FIRST_PASSWORD);
    await stranger.say('status');

    const boWalker = { chat: bo, account: 'notisgrupp', mobile: newMobile() };
    const asaWalker = {
      chat: asa,
      account: 'notisgrupp',
      mobile: newMobile(),
      accountDn: '',
      accountId: '',
    };
    const noticesTo = (mobile: string) =>
      world.texts(mobile).filter((text) => !/^\d{6}/.test(text));
    const cardsIn = (conversationId: string) =>
      world.teams.sent.filter(
        (sent) => sent.conversationId === conversationId && nameOf(sent.card) === 'notice',
      );

    await enroll(world, boWalker);
    await world.teams.until(() => noticesTo(boWalker.mobile).length === 1);
    // A manager who talks to the bot by the time the colleagues are looked up is told too.
    await noneWaits(world);
    const before = cardsIn(bo.person.conversationId).length;
    await enroll(world, asaWalker);
    await world.teams.until(() => noticesTo(asaWalker.mobile).length === 1);
    // A first enrollment is told on the numbers of the others too.
    await world.teams.until(() => noticesTo(boWalker.mobile).length === 2);
    await world.teams.until(() => cardsIn(bo.person.conversationId).length === before + 1);

    expect(await reset(world, asaWalker, GOOD)).toBe('reset.done');
    await world.teams.until(() => noticesTo(asaWalker.mobile).length === 2);
    await world.teams.until(() => cardsIn(bo.person.conversationId).length === before + 2);
    // One of the enrollment, and none of the reset: there the chat has the flow's last card.
    expect(cardsIn(asa.person.conversationId)).toHaveLength(1);
    expect(cardsIn(stranger.person.conversationId)).toHaveLength(0);
    expect(noticesTo(boWalker.mobile)).toHaveLength(2);

    const card = cardsIn(bo.person.conversationId).at(-1)?.card;
    expect(textOf(card)).toContain('notisgrupp');
    expect(textOf(card)).toContain('Asanotis');
    const all = [
      ...noticesTo(asaWalker.mobile),
      ...noticesTo(boWalker.mobile),
      textOf(card),
    ].join();
    expect(all).not.toContain(GOOD);
    expect(all).not.toMatch(/\d{6}/);
    const sent = world.wholeAudit().filter(({ event }) => event === 'notice.sent');
    await world.teams.until(
      () => world.wholeAudit().filter(({ event }) => event === 'notice.sent').length >= 8,
    );
    expect(sent.every(({ actor }) => actor === 'system')).toBe(true);
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
    await world.teams.until(() => world.teams.created.length > created, 20_000);
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
