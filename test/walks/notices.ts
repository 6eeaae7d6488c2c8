import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { noneWaits } from '../support/notices.ts';
import { enroll, FIRST_PASSWORD, newMobile, reset } from '../support/walks.ts';
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
}
