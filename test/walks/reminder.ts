import { beforeAll, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import type { WorldOptions } from '../support/parts.ts';
import { ALWAYS, cardsTo, firstSweep, newDue, setAge, sweepAgain } from '../support/rotations.ts';
import { enroll, FIRST_PASSWORD, newMobile, newName } from '../support/walks.ts';
import type { World } from '../support/world.ts';

const GOOD = 'Kaffekanna-Blomma-42';

/** Reminders at any time, and no password that the directory lets expire. Each sweep is of all accounts that the world has. */
export const REMINDED: WorldOptions = { env: ALWAYS, policy: { maxAgeMs: Infinity } };

/** The same where no button is an Action.Execute. */
export const REMINDED_BY_SUBMIT: WorldOptions = {
  ...REMINDED,
  env: { ...ALWAYS, CARD_ACTIONS: 'submit' },
};

/** Walks the reminder of a password that is due, and the taps on it. */
export function walkReminder(world: World): void {
  beforeAll(async () => {
    await firstSweep(world);
  });

  const eventsOf = (accountId: string) =>
    world
      .audit()
      .filter(({ account, event }) => account === accountId && event.startsWith('reminder.'))
      .map(({ event, result, reason }) => [event, result, ...(reason === null ? [] : [reason])]);

  async function reminded(days = 80) {
    const due = await newDue(world, days);
    const walker = { ...due, mobile: newMobile() };
    await enroll(world, walker);
    await sweepAgain(world);
    const [sent] = cardsTo(world, due.chat);
    due.chat.reload();
    expect(due.chat.shown).toBe('reminder');
    return { ...walker, messageId: sent?.id };
  }

  it('reminds once in each stage, and only where something is due', async () => {
    const due = await newDue(world, 80);
    const fresh = await newDue(world, 70);
    await sweepAgain(world);
    await sweepAgain(world);
    expect(cardsTo(world, due.chat)).toHaveLength(1);
    expect(cardsTo(world, fresh.chat)).toHaveLength(0);
    expect(eventsOf(due.accountId)).toEqual([['reminder.sent', 'ok']]);
    const card = textOf(cardsTo(world, due.chat)[0]?.card);
    expect(card).toContain(due.account);
    expect(card).not.toContain(due.accountId);
    expect(card).toContain('Registrera din mobil');

    setAge(world, due.accountDn, 84);
    await sweepAgain(world);
    // Another pwdLastSet is another cycle; this one begins in its second stage.
    expect(cardsTo(world, due.chat)).toHaveLength(2);
  });

  it('becomes the reset that it asks for, in the same message', async () => {
    const walker = await reminded();
    const { chat } = walker;
    expect(await chat.tap('reset')).toBe('reset.code');
    await chat.tap('confirmCode', { code: world.code(walker.mobile) });
    await chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
    expect(chat.shown).toBe('reset.done');
    await world.teams.until(() => chat.reload() === 'reset.done');
    expect(chat.messageId).toBe(walker.messageId);
    await sweepAgain(world);
    expect(cardsTo(world, chat)).toHaveLength(1);
  });

  it('invites somebody without a number to enroll', async () => {
    const { chat } = await newDue(world, 80);
    await sweepAgain(world);
    chat.reload();
    expect(() => chat.button('reset')).toThrow('no reset');
    expect(await chat.tap('enroll')).toBe('enrollment.currentPassword');
  });

  it('says after the answer of somebody without a number how to register one', async () => {
    const { chat } = await newDue(world, 80);
    await sweepAgain(world);
    chat.reload();
    expect(await chat.tap('snooze')).toBe('reminder.done');
    expect(textOf(chat.card)).toContain('skriv registrera');
    expect(await chat.tap('reset')).toBe('home notEnrolled');
  });

  it('says from when a number that is new after a revoke can reset, and promises nothing sooner', async () => {
    const due = await newDue(world, 10);
    await enroll(world, { ...due, mobile: newMobile() });
    await world.administer(['revoke', due.account]);
    world.passTime(HOUR_MS);
    await enroll(world, { ...due, mobile: newMobile() });
    // Not before: by that hour a sweep of the bot's own is due, which would remind in the middle of it.
    setAge(world, due.accountDn, 80);
    await sweepAgain(world);
    const { chat } = due;
    await world.teams.until(() => chat.reload() === 'reminder');
    expect(textOf(chat.card)).toMatch(
      /^Numret är nytt. Det går att byta lösenord med det först \d/m,
    );
    expect(textOf(chat.card)).not.toMatch(/gärna nu|Vänta inte/);
    expect(chat.button('reset').title).toBe('Byt lösenord');
    expect(await chat.tap('snooze')).toBe('reminder.done');
    expect(textOf(chat.card)).toContain('Det går att byta lösenord med det först');
    expect(textOf(chat.card)).not.toContain('när du vill');
    expect(await chat.tap('reset')).toBe('refused numberTooNew');
  });

  it('comes again on the next sending day when it was put off, once', async () => {
    const { chat, accountId } = await reminded();
    const button = chat.button('snooze');
    expect(await chat.tapButton(button)).toBe('reminder.done');
    expect(await chat.tapButton(button)).toBe('reminder.done');
    await sweepAgain(world);
    expect(cardsTo(world, chat)).toHaveLength(1);
    world.passTime(DAY_MS);
    await sweepAgain(world);
    await sweepAgain(world);
    expect(cardsTo(world, chat)).toHaveLength(2);
    expect(eventsOf(accountId)).toEqual([
      ['reminder.sent', 'ok'],
      ['reminder.snoozed', 'ok'],
      ['reminder.sent', 'ok'],
    ]);
  });

  it('falls silent for a rotation period for all managers when it is not needed, with the reason kept', async () => {
    const [asa, bo] = [world.manager(newName('Asa')), world.manager(newName('Bo'))];
    await asa.say('status');
    const name = newName('grupp');
    const group = world.directory.group(`${name} chefer`, [asa.dn, bo.dn]);
    const { dn, id } = world.account(name, group.dn, FIRST_PASSWORD);
    setAge(world, dn, 80);
    await sweepAgain(world);
    asa.reload();
    expect(await bo.tapButton(asa.button('snooze'))).toBe('refused notResponsible');
    expect(await asa.tap('notNeeded', { reason: 'notUsed' })).toBe('reminder.done');
    expect(eventsOf(id).at(-1)).toEqual(['reminder.notNeeded', 'ok', 'notUsed']);
    await bo.say('status');
    world.passTime(89 * DAY_MS);
    await sweepAgain(world);
    expect(cardsTo(world, bo)).toHaveLength(0);
    world.passTime(DAY_MS);
    await sweepAgain(world);
    expect(cardsTo(world, bo)).toHaveLength(1);
    expect(cardsTo(world, asa)).toHaveLength(1);
  });

  it('of a past cycle answers with how things stand, of an account of somebody else with a refusal', async () => {
    const past = await reminded();
    setAge(world, past.accountDn, 1);
    for (const button of ['reset', 'snooze', 'notNeeded'].map((verb) => past.chat.button(verb))) {
      expect(await past.chat.tapButton(button)).toBe('home');
    }
    expect(eventsOf(past.accountId)).toEqual([['reminder.sent', 'ok']]);
    const lost = await reminded();
    const successor = world.manager(newName('Ny'));
    world.directory.put(lost.accountDn, 'manager', successor.dn);
    const buttons = ['reset', 'snooze', 'notNeeded'].map((verb) => lost.chat.button(verb));
    for (const button of buttons) {
      expect(await lost.chat.tapButton(button)).toBe('refused notResponsible');
    }
    const other = await reminded();
    for (const verb of ['reset', 'snooze', 'notNeeded']) {
      const stolen = other.chat.button(verb);
      expect(await past.chat.tapButton(stolen)).toBe('refused notResponsible');
    }
    expect(eventsOf(other.accountId)).toEqual([['reminder.sent', 'ok']]);
  });
}
