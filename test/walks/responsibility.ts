import { expect, it } from '@jest/globals';
import { textOf, type ChatDriver } from '../support/chatDriver.ts';
import { cardsTo, noneWaits, noticesTo } from '../support/notices.ts';
import { newDue, sweepAgain } from '../support/rotations.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newManager,
  newMobile,
  newName,
  reset,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** An attacker who may change the managers in the directory gets in, but not unseen. */
export function walkResponsibility(world: World): void {
  const changesOf = (accountId: string) =>
    world
      .wholeAudit()
      .filter(({ account, event }) => account === accountId && event === 'responsibility.changed')
      .map(({ actor, result, reason }) => [actor, result, reason?.split(' ')[0]]);

  it('is told at a first enrollment to the one who was replaced', async () => {
    const walker = newManager(world);
    const { chat, account, accountDn, accountId } = walker;
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await noneWaits(world);
    const told = cardsTo(world, chat, 'notice').length;

    const name = newName('Ny');
    const intruder = world.manager(name);
    world.directory.put(accountDn, 'manager', intruder.dn);
    const mobile = newMobile();
    expect(await enroll(world, { chat: intruder, account, mobile })).toBe('enrollment.done');
    await world.teams.until(() => cardsTo(world, chat, 'notice').length === told + 1);
    const card = textOf(cardsTo(world, chat, 'notice').at(-1)?.card);
    expect(card).toContain(`Ansvarar nu: ${name}`);
    expect(card).toContain('Ansvarar inte längre: du');
    expect(changesOf(accountId)).toEqual([['system', 'ok', 'replaced']]);
  });

  it('is told at a first enrollment also where the manager is written back before its end', async () => {
    const walker = newManager(world);
    const { chat, account, accountDn, accountId } = walker;
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await noneWaits(world);

    const name = newName('Ny');
    const intruder = { chat: world.manager(name), account, mobile: newMobile() };
    world.directory.put(accountDn, 'manager', intruder.chat.dn);
    expect(await enrollToCode(world, intruder)).toBe('enrollment.code');
    let looks = 0;
    world.directory.fault = ({ name: operation, dn }) => {
      if (operation === 'search' && dn.toLowerCase() === world.accountsBase.toLowerCase()) {
        looks += 1;
        // After the look by which the intruder is let in.
        if (looks === 2) world.directory.put(accountDn, 'manager', chat.dn);
      }
      return undefined;
    };
    const code = world.code(intruder.mobile);
    expect(await intruder.chat.tap('confirmCode', { code })).toBe('enrollment.done');
    world.directory.fault = undefined;
    await noneWaits(world);
    expect(changesOf(accountId)).toEqual([
      ['system', 'ok', 'added'],
      ['system', 'ok', 'removed'],
    ]);
    const told = cardsTo(world, chat, 'notice').map(({ card }) => textOf(card));
    expect(told.some((text) => /Ansvarar (nu|inte längre)/.test(text))).toBe(true);
  });

  it('is told also of an account that nobody was enrolled for, once a sweep has seen it', async () => {
    const { chat, account, accountDn, accountId } = newManager(world);
    await chat.say('status');
    await sweepAgain(world);
    const intruder = world.manager(newName('Ny'));
    world.directory.put(accountDn, 'manager', intruder.dn);
    const own = { chat: intruder, account, mobile: newMobile() };
    expect(await enroll(world, own)).toBe('enrollment.done');
    await noneWaits(world);
    expect(textOf(cardsTo(world, chat, 'notice').at(-1)?.card)).toContain(
      'Ansvarar inte längre: du',
    );
    expect(changesOf(accountId)).toEqual([['system', 'ok', 'replaced']]);
  });

  it('is told by a sweep also of an account that nobody was ever enrolled for', async () => {
    const { chat, accountDn, accountId } = newManager(world);
    await chat.say('status');
    await sweepAgain(world);
    const intruder = world.manager(newName('Ny'));
    world.directory.put(accountDn, 'manager', intruder.dn);
    await sweepAgain(world);
    expect(changesOf(accountId)).toEqual([['system', 'ok', 'replaced']]);
    await noneWaits(world);
    expect(textOf(cardsTo(world, chat, 'notice').at(-1)?.card)).toContain(
      'Ansvarar inte längre: du',
    );
  });

  /** An account of two managers who have met the bot, one of them enrolled. */
  async function ofTwo() {
    const asa = world.manager(newName('Asa'));
    const bo = world.manager(newName('Bo'));
    const group = world.directory.group(newName('Chefer'), [asa.dn, bo.dn]);
    const account = newName('grupp');
    const { dn: accountDn, id: accountId } = world.account(account, group.dn, FIRST_PASSWORD);
    await bo.say('status');
    const walker = { chat: asa, account, accountDn, accountId, mobile: newMobile() };
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await noneWaits(world);
    const toldTo = (chat: ChatDriver) =>
      cardsTo(world, chat, 'notice').map(({ card }) => textOf(card).replaceAll('\\', ''));
    return { asa, bo, group, walker, toldTo };
  }

  it('stands in the audit as not told where the bot was removed from the chat of the one who is gone', async () => {
    const { asa, group, walker } = await ofTwo();
    world.teams.fail('post', { status: 403, code: 'ConversationBlockedByUser' }, 1, 'notice');
    expect(await reset(world, walker, 'Kaffekanna-Blomma-42')).toBe('reset.done');
    await noneWaits(world);
    const rows = world.auditRows();
    world.directory.put(group.dn, 'member', [asa.dn]);
    await sweepAgain(world);
    await noneWaits(world);
    const ofNotices = world
      .wholeAudit(rows)
      .filter(({ account, event }) => account === walker.accountId && event.startsWith('notice.'));
    // The one who stays is told.
    expect(ofNotices.map(({ event, reason }) => [event, reason])).toEqual(
      expect.arrayContaining([
        ['notice.failed', 'notInTeams'],
        ['notice.sent', null],
      ]),
    );
  });

  it('is told to those who answered before a reset, whoever was the only one during it', async () => {
    const { asa, bo, group, walker, toldTo } = await ofTwo();
    const before = toldTo(bo).length;
    world.directory.put(walker.accountDn, 'manager', asa.dn);
    expect(await reset(world, walker, 'Granen-Barr-Skog-7')).toBe('reset.done');
    await noneWaits(world);
    world.directory.put(walker.accountDn, 'manager', group.dn);
    const [change, done] = toldTo(bo).slice(before).toSorted();
    expect([change, done].join('\n')).toContain('Ansvarar inte längre: du');
    expect([change, done].join('\n')).toContain(`${asa.person.name} bytte lösenordet`);
    expect(changesOf(walker.accountId)).toEqual([['system', 'ok', 'removed']]);
  });

  it('is told where a crowd answers for a while, and to no namesake of those who did', async () => {
    const { asa, bo, walker, toldTo } = await ofTwo();
    const intruder = world.manager(newName('Lånad'));
    world.directory.put(intruder.dn, 'displayName', asa.person.name);
    const folk = Array.from({ length: 501 }, () => {
      const name = newName('Folk');
      return world.directory.user({ name: name.toLowerCase(), commonName: name }).dn;
    });
    const crowd = world.directory.group(newName('Alla'), [...folk, intruder.dn]);
    world.directory.put(walker.accountDn, 'manager', crowd.dn);
    const before = toldTo(bo).length;
    const own = { chat: intruder, account: walker.account, mobile: newMobile() };
    expect(await enroll(world, own)).toBe('enrollment.done');
    await noneWaits(world);
    const told = toldTo(bo).slice(before).join('\n');
    expect(told).toContain('ändrats vem som ansvarar');
    const { upn } = intruder.person;
    expect(noticesTo(world, walker.mobile).at(-1)!.replaceAll('. ', '.')).toContain(upn);
    expect(changesOf(walker.accountId)).toEqual([['system', 'ok', 'replaced']]);
    await sweepAgain(world);
    await noneWaits(world);
    expect(changesOf(walker.accountId)).toHaveLength(1);
    // Enrolled managers are told whoever is in the crowd: it may be too large to be read to its end.
    const resetsTold = () => toldTo(asa).filter((text) => text.includes('bytte lösenordet')).length;
    const toldBefore = resetsTold();
    expect(await reset(world, { ...walker, ...own }, 'Granen-Barr-Skog-8')).toBe('reset.done');
    await noneWaits(world);
    expect(resetsTold()).toBe(toldBefore + 1);
  });

  it('is told by a sweep to those who answered before and to those who stay, once', async () => {
    const [asa, bo] = [newName('Asa'), newName('Bo')].map((name) => world.manager(name));
    const groupName = newName('Chefer');
    const group = world.directory.group(groupName, [asa!.dn, bo!.dn]);
    const account = newName('grupp');
    const { dn, id } = world.account(account, group.dn, FIRST_PASSWORD);
    await bo!.say('status');
    expect(await enroll(world, { chat: asa!, account, mobile: newMobile() })).toBe(
      'enrollment.done',
    );
    await sweepAgain(world);
    await noneWaits(world);
    expect(changesOf(id)).toEqual([]);
    const before = [asa!, bo!].map((chat) => cardsTo(world, chat, 'notice').length);

    const cia = world.manager(newName('Cia'));
    await cia.say('status');
    const other = world.directory.group(newName('Chefer'), [asa!.dn, bo!.dn, cia.dn]);
    world.directory.put(dn, 'manager', other.dn);
    await sweepAgain(world);
    await sweepAgain(world);
    await noneWaits(world);
    expect(changesOf(id)).toEqual([['system', 'ok', 'added']]);
    const after = [asa!, bo!].map((chat) => cardsTo(world, chat, 'notice').length);
    expect(after).toEqual(before.map((count) => count + 1));
    expect(cardsTo(world, cia, 'notice')).toHaveLength(0);
    expect(textOf(cardsTo(world, bo!, 'notice').at(-1)?.card)).toContain(cia.person.name);
  });

  it('ends the silence that one of the former managers asked for', async () => {
    const due = await newDue(world, 120);
    await sweepAgain(world);
    due.chat.reload();
    expect(await due.chat.tap('notNeeded', { reason: 'nobodyLeft' })).toBe('reminder.done');
    const successor = world.manager(newName('Ny'));
    await successor.say('status');
    world.directory.put(due.accountDn, 'manager', successor.dn);
    await sweepAgain(world);
    expect(changesOf(due.accountId)).toEqual([['system', 'ok', 'replaced']]);
    await world.teams.until(() => cardsTo(world, successor).length === 1);
  });
}
