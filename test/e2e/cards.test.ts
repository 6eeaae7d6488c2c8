import { describe, expect, it } from '@jest/globals';
import { accountOn, buttonsOf, describeCard, textOf, type Button } from '../support/chatDriver.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { FIRST_PASSWORD, newEnrolled, newManager, startReset } from '../support/walks.ts';

const house = await houseOfSuite();

describe('every card', () => {
  it('survives a reload of the client', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    await house.teams.until(() => walker.chat.reload() === 'reset.code');
    await walker.chat.tap('confirmCode', { code: 'x' });
    await house.teams.until(() => walker.chat.reload() === 'reset.code codeRefused');
  });

  it('works the same in a client that knows only Action.Submit', async () => {
    const walker = newManager(house);
    const { chat, account, mobile } = walker;
    await chat.say('status');
    expect(await chat.submit('enroll', {}, account)).toBe('enrollment.currentPassword');
    expect(await chat.submit('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
      'enrollment.mobile',
    );
    expect(await chat.submit('setMobile', { mobile })).toBe('enrollment.code');
    expect(await chat.submit('confirmCode', { code: house.code(mobile) })).toBe('enrollment.done');
    expect(await chat.submit('reset')).toBe('reset.code');
  });
});

describe('a change of language on a slow channel', () => {
  it('puts no card back that has been left meanwhile', async () => {
    const walker = newManager(house);
    const { chat, account } = walker;
    const second = `${account}tva`;
    house.account(second, chat.dn, FIRST_PASSWORD);
    const left: { message: string | undefined; cancel: Button }[] = [];
    for (const name of [account, second]) {
      await chat.say('status');
      await chat.tap('enroll', {}, name);
      left.push({ message: chat.messageId, cancel: chat.button('cancel') });
    }
    const shown = () =>
      left.map(({ message }) =>
        describeCard(house.teams.sent.filter(({ id }) => id === message).at(-1)?.card),
      );
    house.teams.fail('update', { delayMs: 500 }, 1);
    await chat.say('english');
    for (const { message, cancel } of left) {
      chat.messageId = message;
      await chat.tapButton(cancel);
    }
    const isLeft = () => shown().every((card) => card === 'cancelled');
    await house.teams.until(isLeft);
    // The second redraw waited behind the slow one; by now it has come.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(shown()).toEqual(['cancelled', 'cancelled']);
  });
});

describe('words in the chat', () => {
  it('show many accounts some at a time, each with buttons that work', async () => {
    const chat = house.manager('Mangakonton');
    const names = Array.from(
      { length: 23 },
      (_, index) => `manga${String(index + 1).padStart(2, '0')}`,
    );
    const dns = names.map((name) => house.account(name, chat.dn, FIRST_PASSWORD).dn);
    const shown = () => names.filter((name) => accountOn(chat.card, name) !== undefined);

    expect(await chat.say('status')).toBe('home');
    expect(shown()).toEqual(names.slice(0, 20));
    expect(await chat.tap('home')).toBe('home');
    expect(shown()).toEqual(names.slice(20));
    const last = chat.card;
    expect(await chat.tap('home')).toBe('home');
    expect(shown()).toEqual(names.slice(0, 20));
    chat.card = last;
    expect(await chat.tap('enroll', {}, 'manga22')).toBe('enrollment.currentPassword');
    expect(textOf(chat.card)).toContain('manga22');

    // An answer about one account shows that account.
    chat.card = last;
    const { data, title } = chat.button('enroll', 'manga22');
    await chat.tapButton({ verb: 'reset', title, data: { ...data, verb: 'reset' } });
    expect(chat.shown).toBe('home notEnrolled');
    expect(shown()).toEqual(names.slice(20));

    // Fewer are left than the button thought of; they fit on one card.
    for (const dn of dns.slice(20)) house.directory.remove(dn);
    const again = buttonsOf(last).find(
      ({ verb, data: { handle } }) => verb === 'home' && handle === '0',
    );
    await chat.tapButton({ ...again!, data: { ...again!.data, handle: '20' } });
    expect(shown()).toEqual(names.slice(0, 20));
    expect(buttonsOf(chat.card).map(({ verb }) => verb)).not.toContain('home');
  });
});
