import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { rowsOf, type Invited } from '../support/invitations.ts';
import { ALWAYS, cardsTo, firstSweep } from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, greet, newManager, newMobile, newName } from '../support/walks.ts';

const house = await houseOfSuite({
  entrance: 'door',
  env: { ...ALWAYS, ORGANISATION: 'Örebro kommun' },
  policy: { maxAgeMs: Infinity },
});
await firstSweep(house);

const invite = (...args: string[]) => house.administer<Invited>(['invite', ...args]);
const eventsOf = (accountId: string) =>
  house
    .audit()
    .filter(({ account, event }) => account === accountId && event.startsWith('invitation.'))
    .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

/** A manager whom the bot has met, and who is not enrolled. */
async function newMet() {
  const walker = newManager(house);
  await greet(walker);
  return walker;
}

describe('an invitation', () => {
  it('becomes the enrollment that it asks for, in the same message', async () => {
    const walker = await newMet();
    const { chat, account, mobile } = walker;
    const told = await invite();
    expect(rowsOf(told, account)).toEqual(['sent']);
    const [sent] = cardsTo(house, chat, 'invitation');
    expect(textOf(sent?.card)).toContain(`Konto: ${account}`);
    expect(textOf(sent?.card)).toContain('Här hjälper Örebro kommun dig');
    expect(chat.reload()).toBe('invitation');
    expect(await chat.tap('enroll')).toBe('enrollment.currentPassword');
    await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
    await chat.tap('setMobile', { mobile });
    expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('enrollment.done');
    expect(chat.messageId).toBe(sent?.id);
    expect(rowsOf(await invite(), account)).toEqual([]);
  });

  it('comes once in fourteen days, and an older one still works', async () => {
    const { chat, account, accountId } = await newMet();
    const cards = () => cardsTo(house, chat, 'invitation').length;
    await invite();
    chat.reload();
    const first = chat.button('enroll');
    house.passTime(13 * DAY_MS);
    expect(rowsOf(await invite(), account)).toEqual(['already']);
    expect(cards()).toBe(1);
    house.passTime(DAY_MS);
    expect(rowsOf(await invite(), account)).toEqual(['sent']);
    expect(cards()).toBe(2);
    expect(await chat.tapButton(first)).toBe('enrollment.currentPassword');
    expect(eventsOf(accountId)).toEqual([
      ['invitation.sent', 'ok'],
      ['invitation.sent', 'ok'],
    ]);
  });

  it('can be put aside, which the auditor hears of once', async () => {
    const { chat, account, accountId } = await newMet();
    const stranger = await newMet();
    await invite();
    chat.reload();
    const button = chat.button('notNow');
    expect(await stranger.chat.tapButton(button)).toBe('refused notResponsible');
    expect(await chat.tapButton(button)).toBe('reminder.done');
    expect(await chat.tapButton(button)).toBe('reminder.done');
    expect(textOf(chat.card)).toContain('skriv registrera här i chatten');
    expect(textOf(chat.card)).toContain('Då väntar vi');
    expect(await chat.tap('reset')).toBe('home notEnrolled');
    expect(eventsOf(accountId).slice(1)).toEqual([['invitation.notNow', 'ok']]);
    expect(rowsOf(await invite(), account)).toEqual(['already']);
    house.passTime(14 * DAY_MS);
    expect(rowsOf(await invite(), account)).toEqual(['sent']);
    chat.reload();
    await chat.tap('notNow');
    expect(eventsOf(accountId).map(([event]) => event)).toEqual([
      'invitation.sent',
      'invitation.notNow',
      'invitation.sent',
      'invitation.notNow',
    ]);
  });

  it('is no reminder: taps of one are no answer to the other', async () => {
    const { chat, accountId } = await newMet();
    await invite();
    chat.reload();
    const { data } = chat.button('notNow');
    const forged = (verb: string) => ({ verb, title: '', data: { ...data, verb } });
    expect(await chat.tapButton(forged('snooze'))).toBe('home');
    expect(await chat.tapButton(forged('notNeeded'))).toBe('home');
    expect(await chat.tapButton({ ...forged('notNow'), data: { verb: 'notNow' } })).toBe(
      'refused notResponsible',
    );
    expect(eventsOf(accountId)).toEqual([['invitation.sent', 'ok']]);
  });

  it('reaches a manager whom the bot has never met by the Entra object id', async () => {
    const { chat, account } = newManager(house);
    const { aadObjectId } = chat.person;
    house.directory.put(chat.dn, 'msDS-ExternalDirectoryObjectId', `User_${aadObjectId}`);
    expect(rowsOf(await invite(), account)).toEqual(['sent']);
    const { conversationId } = house.teams.created.at(-1)!;
    const sent = house.teams.sent.filter((one) => one.conversationId === conversationId);
    expect(sent.map(({ card }) => nameOf(card))).toEqual(['invitation']);
  });

  it('goes to each manager of a group who is not enrolled, and to no protected account', async () => {
    const [asa, bo] = [house.manager(newName('Asa')), house.manager(newName('Bo'))];
    for (const chat of [asa, bo]) await chat.say('status');
    const name = newName('grupp');
    const group = house.directory.group(`${name} chefer`, [asa.dn, bo.dn]);
    house.account(name, group.dn, FIRST_PASSWORD);
    await enroll(house, { chat: asa, account: name, mobile: newMobile() });
    const guarded = await newMet();
    house.directory.put(guarded.accountDn, 'adminCount', '1');
    const told = await invite();
    expect(rowsOf(told, name)).toEqual(['sent']);
    expect([asa, bo].map((chat) => cardsTo(house, chat, 'invitation').length)).toEqual([0, 1]);
    expect(rowsOf(told, guarded.account)).toEqual([]);
  });

  it('that may have come is not repeated; one that surely has not is', async () => {
    const lost = await newMet();
    house.teams.fail('post', { status: 502 }, 1, 'invitation');
    expect(rowsOf(await invite(), lost.account)).toEqual(['ambiguous']);
    expect(rowsOf(await invite(), lost.account)).toEqual(['already: ambiguous']);
    const refused = await newMet();
    house.teams.fail('post', { status: 400 }, 1, 'invitation');
    expect(rowsOf(await invite(), refused.account)).toEqual(['failed: temporarilyUnavailable']);
    expect(rowsOf(await invite(), refused.account)).toEqual(['sent']);
    expect(eventsOf(lost.accountId)).toEqual([['invitation.failed', 'unknown']]);
  });
});
