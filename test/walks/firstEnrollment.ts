import { expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { SERVICE_DESK } from '../support/parts.ts';
import { cardsTo, isPutOff, noneWaits, noticesTo } from '../support/notices.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newMobile,
  newName,
  newPlanted,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

/** A person who only borrows the manager's chat, and knows the group's password, is noticed. */
export function walkFirstEnrollment(world: World): void {
  /** A manager of an account, whose own entry holds a mobile. */
  function managerWithMobile(mobile: string | undefined) {
    const chat = world.manager(newName('Chef'), mobile);
    const account = newName('grupp');
    world.account(account, chat.dn, FIRST_PASSWORD);
    return { chat, account, mobile: newMobile() };
  }
  const texts = (mobile: string) => noticesTo(world, mobile);

  it('is told on the mobile that the directory has, and by a new message in the own chat', async () => {
    const known = newMobile();
    const walker = managerWithMobile(`0${known.slice(3, 5)}-${known.slice(5)}`);
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await world.teams.until(() => texts(known).length === 1);
    expect(texts(known)[0]).toContain(walker.account);
    expect(texts(known)[0]).not.toMatch(/\d{6}/);
    await world.teams.until(() => texts(walker.mobile).length === 1);

    const own = () => cardsTo(world, walker.chat, 'notice');
    await world.teams.until(() => own().length === 1);
    const [card] = own();
    expect(card?.operation).toBe('post');
    expect(textOf(card?.card)).toContain(walker.mobile.slice(-2));
    expect(textOf(card?.card)).toContain(SERVICE_DESK);
    expect(textOf(card?.card)).not.toContain(walker.mobile.slice(3, 8));
  });

  it('waits for the bot where it is removed from the own chat before the message is posted', async () => {
    const walker = managerWithMobile(undefined);
    await enrollToCode(world, walker);
    // One of an earlier test would take the planned failure.
    await noneWaits(world);
    world.teams.fail('post', { status: 403, code: 'ConversationBlockedByUser' }, 1, 'notice');
    await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) });
    await isPutOff(world, 1);
    world.passTime(5_000);
    await isPutOff(world, 2);
    expect(cardsTo(world, walker.chat, 'notice')).toHaveLength(0);
    await walker.chat.install();
    world.passTime(5_000);
    await world.teams.until(() => cardsTo(world, walker.chat, 'notice').length === 1);
  });

  it('is told once on the mobile that the directory has where that is the enrolled one', async () => {
    const mobile = newMobile();
    const walker = { ...managerWithMobile(mobile), mobile };
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await world.teams.until(() => cardsTo(world, walker.chat, 'notice').length === 1);
    await noneWaits(world);
    expect(texts(mobile)).toHaveLength(1);
  });

  it('is told on the numbers that the manager has enrolled for other accounts', async () => {
    const walker = managerWithMobile(undefined);
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await noneWaits(world);
    const before = texts(walker.mobile).length;
    const account = newName('annan');
    world.account(account, walker.chat.dn, FIRST_PASSWORD);
    const second = { chat: walker.chat, account, mobile: newMobile() };
    expect(await enroll(world, second)).toBe('enrollment.done');
    await noneWaits(world);
    const told = texts(walker.mobile).slice(before);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`i ditt namn för ${account}`);
    expect(texts(second.mobile)).toHaveLength(1);
  });

  it('is no first one where a number replaces another', async () => {
    const known = newMobile();
    const walker = managerWithMobile(known);
    await enroll(world, walker);
    await world.teams.until(() => texts(known).length === 1);
    await walker.chat.say('status');
    await walker.chat.tap('enroll', {}, walker.account);
    await walker.chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
    const next = newMobile();
    await walker.chat.tap('setMobile', { mobile: next });
    await walker.chat.tap('confirmOldCode', { code: world.code(walker.mobile) });
    expect(await walker.chat.tap('confirmCode', { code: world.code(next) })).toBe(
      'enrollment.done',
    );
    await world.teams.until(() => texts(next).length === 1);
    expect(texts(known)).toHaveLength(1);
    expect(cardsTo(world, walker.chat, 'notice')).toHaveLength(1);
  });

  it('is seen on home: which number, since when, and whom to call', async () => {
    const { chat, account, mobile } = await newPlanted(world);
    await chat.say('status');
    expect(chat.button('reset', account)).toBeDefined();
    const shown = textOf(chat.card);
    expect(shown).toContain(`•• ${mobile.slice(-2)}`);
    const day = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Stockholm',
      day: 'numeric',
      month: 'long',
    }).format(Date.now());
    expect(shown).toContain(`sedan ${day}`);
    expect(shown).toContain(`Stämmer det inte? Ring ${SERVICE_DESK}`);
  });

  it('raises an alarm where another manager is enrolled with the number', async () => {
    const { mobile } = await newPlanted(world);
    const walker = { ...managerWithMobile(undefined), mobile };
    const alarms = () => world.output.split('"alarm":"sharedNumber"').length - 1;
    const before = alarms();
    expect(await enroll(world, walker)).toBe('enrollment.done');
    await world.teams.until(() => alarms() === before + 1);
    expect(world.output).not.toContain(mobile);
  });
}
