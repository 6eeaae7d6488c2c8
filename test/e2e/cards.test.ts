import { describe, expect, it } from '@jest/globals';
import { accountOn, buttonsOf, describeCard, textOf, type Button } from '../support/chatDriver.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enrollToCode,
  FIRST_PASSWORD,
  MINUTE_MS,
  newEnrolled,
  newManager,
  prove,
  reset,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';

const product = await productOfSuite();

const GOOD = 'Kaffekanna-Blomma-42';
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('a card that is not current', () => {
  it('of another step answers with the current one and changes nothing', async () => {
    const walker = newManager(product);
    const { chat, account } = walker;
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    const first = chat.button('proveCurrentPassword');
    await chat.tapButton(first, { currentPassword: FIRST_PASSWORD });
    const second = chat.button('setMobile');
    await chat.tapButton(second, { mobile: walker.mobile });
    const rows = product.auditRows();
    const codes = product.codes(walker.mobile).length;
    expect(await chat.tapButton(first, { currentPassword: 'annat' })).toBe('enrollment.code');
    expect(await chat.tapButton(second, { mobile: '0701234599' })).toBe('enrollment.code');
    expect(await chat.tapButton({ ...second, verb: 'cancel', data: second.data })).toBe(
      'enrollment.code',
    );
    expect(product.audit(rows)).toEqual([]);
    expect(product.codes(walker.mobile).length).toBe(codes);
    expect(await chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'enrollment.done',
    );
  });

  it('of a flow that ended shows its last card for fifteen minutes, then home', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const old = walker.chat.button('confirmCode');
    await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    await walker.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
    expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('reset.done');
    product.passTime(16 * MINUTE_MS);
    expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('home flowExpired');
    product.passTime(29 * DAY_MS);
    expect(await walker.chat.tapButton(old, { code: '123456' })).toBe('home flowExpired');
  });

  it('of a cancelled flow shows that it was cancelled', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const old = walker.chat.button('confirmCode');
    const code = product.code(walker.mobile);
    expect(await walker.chat.tap('cancel')).toBe('cancelled');
    expect(await walker.chat.tapButton(old, { code })).toBe('cancelled');
  });

  it('begins one flow, however often its button on home is tapped', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    expect(await walker.chat.tapButton(button)).toBe('reset.code');
    const codes = product.codes(walker.mobile).length;
    expect(await walker.chat.tapButton(button)).toBe('reset.code');
    await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
    expect(await walker.chat.tapButton(button)).toBe('reset.newPassword');
    await walker.chat.tap('setPassword', { newPassword: GOOD, confirmPassword: GOOD });
    expect(await walker.chat.tapButton(button)).toBe('reset.done');
    expect(product.codes(walker.mobile).length).toBe(codes);
    product.passTime(16 * MINUTE_MS);
    expect(await walker.chat.tapButton(button)).toBe('home flowExpired');
    expect(product.codes(walker.mobile).length).toBe(codes);
  });
});

describe('a card of somebody else', () => {
  async function expectDenied(intruder: Walker, button: Button, inputs = {}): Promise<void> {
    const rows = product.auditRows();
    expect(await intruder.chat.tapButton(button, inputs)).toBe('refused notResponsible');
    expect(product.audit(rows).map(({ event }) => event)).toEqual(['access.denied']);
  }

  it('answers with the one refusal, whatever is on it', async () => {
    const owner = await newEnrolled(product);
    const intruder = await newEnrolled(product);
    await owner.chat.say('status');
    await expectDenied(intruder, owner.chat.button('reset', owner.account));
    await expectDenied(intruder, owner.chat.button('enroll', owner.account));
    await startReset(owner);
    const code = product.code(owner.mobile);
    for (const button of buttonsOf(owner.chat.card)) {
      await expectDenied(intruder, button, { code });
    }
    expect(await owner.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
    const button = owner.chat.button('setPassword');
    await expectDenied(intruder, button, { newPassword: GOOD, confirmPassword: GOOD });
    expect(product.directory.hasPassword(owner.accountDn, FIRST_PASSWORD)).toBe(true);
  });

  it('is also one of the own whose turn never was', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const { data } = walker.chat.button('confirmCode');
    const [flow] = String(data['handle']).split('.');
    const later = { verb: 'confirmCode', handle: `${String(flow)}.77` };
    const code = product.code(walker.mobile);
    await expectDenied(walker, { verb: 'confirmCode', title: '', data: later }, { code });
    await expectDenied(walker, { verb: 'enroll', title: '', data: { ...later, verb: 'enroll' } });
    await expectDenied(walker, { verb: 'cancel', title: '', data: { verb: 'cancel' } });
    await startReset(walker);
    expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.newPassword');
  });

  it.each([
    ['a made-up handle', { handle: 'A'.repeat(24) }],
    ['a made-up flow', { handle: `${'A'.repeat(24)}.1` }],
    ['an object', { handle: { $ne: null } }],
    ['a list', { handle: ['x'] }],
    ['a number', { handle: 7 }],
    ['an overlong handle', { handle: 'x'.repeat(10_000) }],
    ['a path', { handle: '../../etc/passwd' }],
    ['__proto__', { handle: '__proto__' }],
  ])('is what %s is taken for', async (_name, data) => {
    const walker = await newEnrolled(product);
    for (const verb of ['confirmCode', 'setPassword', 'proveCurrentPassword', 'setMobile']) {
      await expectDenied(walker, { verb, title: '', data: { verb, ...data } });
    }
  });
});

describe('every card', () => {
  it('carries opaque values only, and shows no number, code or password', async () => {
    const walker = newManager(product);
    const { chat, mobile, accountDn, accountId } = walker;
    await enrollToCode(product, walker);
    await chat.tap('confirmCode', { code: product.code(mobile) });
    await reset(product, walker, GOOD);
    const own = product.teams.sent.filter(
      ({ conversationId }) => conversationId === chat.person.conversationId,
    );
    const cards = JSON.stringify(own.map(({ card }) => card));
    expect(own.length).toBeGreaterThan(6);
    const secrets = [FIRST_PASSWORD, GOOD, mobile, mobile.slice(3), accountDn, accountId];
    for (const secret of [...secrets, ...product.codes(mobile)]) {
      expect(cards).not.toContain(secret);
    }
    expect(cards).not.toContain('${');
  });

  it('survives a reload of the client', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    await product.teams.until(() => walker.chat.reload() === 'reset.code');
    await walker.chat.tap('confirmCode', { code: 'x' });
    await product.teams.until(() => walker.chat.reload() === 'reset.code codeRefused');
  });

  it('works the same in a client that knows only Action.Submit', async () => {
    const walker = newManager(product);
    const { chat, account, mobile } = walker;
    await chat.say('status');
    expect(await chat.submit('enroll', {}, account)).toBe('enrollment.currentPassword');
    expect(await chat.submit('proveCurrentPassword', { currentPassword: FIRST_PASSWORD })).toBe(
      'enrollment.mobile',
    );
    expect(await chat.submit('setMobile', { mobile })).toBe('enrollment.code');
    expect(await chat.submit('confirmCode', { code: product.code(mobile) })).toBe(
      'enrollment.done',
    );
    expect(await chat.submit('reset')).toBe('reset.code');
  });

  it('answers in the language that the manager chose, from then on', async () => {
    const walker = newManager(product);
    const { chat } = walker;
    expect(await chat.say('english')).toBe('home');
    expect(textOf(chat.card)).toMatch(/password/i);
    await prove(walker);
    expect(textOf(chat.card)).toMatch(/mobile/i);
    expect(await chat.say('Svenska')).toBe('home');
    expect(textOf(chat.card)).toMatch(/lösenord/i);
    expect(await chat.tap('language')).toBe('home');
    expect(textOf(chat.card)).toMatch(/password/i);
  });
});

describe('a change of language', () => {
  it('changes the cards on which something is under way, and loses nothing of it', async () => {
    const walker = await newEnrolled(product);
    const { chat, account, mobile } = walker;
    await startReset(walker);
    const waiting = chat.messageId;
    const code = product.code(mobile);
    const shown = () => product.teams.sent.filter(({ id }) => id === waiting).at(-1)?.card;
    expect(textOf(shown())).toContain(`Steg 1 av 2 · Konto: ${account}`);
    expect(await chat.say('english')).toBe('home');
    expect(textOf(shown())).toContain(`Step 1 of 2 · Account: ${account}`);
    const button = buttonsOf(shown()).find(({ verb }) => verb === 'confirmCode')!;
    expect(await chat.tapButton(button, { code })).toBe('reset.newPassword');
    expect(textOf(chat.card)).toContain('Step 2 of 2');
  });
});

describe('a change of language on a slow channel', () => {
  it('puts no card back that has been left meanwhile', async () => {
    const walker = newManager(product);
    const { chat, account } = walker;
    const second = `${account}tva`;
    product.account(second, chat.dn, FIRST_PASSWORD);
    const left: { message: string | undefined; cancel: Button }[] = [];
    for (const name of [account, second]) {
      await chat.say('status');
      await chat.tap('enroll', {}, name);
      left.push({ message: chat.messageId, cancel: chat.button('cancel') });
    }
    const shown = () =>
      left.map(({ message }) =>
        describeCard(product.teams.sent.filter(({ id }) => id === message).at(-1)?.card),
      );
    product.teams.fail('update', { delayMs: 2_500 }, 1);
    await chat.say('english');
    for (const { message, cancel } of left) {
      chat.messageId = message;
      await chat.tapButton(cancel);
    }
    const isLeft = () => shown().every((card) => card === 'cancelled');
    await product.teams.until(isLeft);
    // The second redraw waited behind the slow one; by now it has come.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(shown()).toEqual(['cancelled', 'cancelled']);
  });
});

describe('words in the chat', () => {
  it.each([
    ['registrera', 'enrollment.currentPassword'],
    ['Byt nummer', 'enrollment.currentPassword'],
    ['ENROLL', 'enrollment.currentPassword'],
    ['byt lösenord', 'reset.code'],
    ['Glömt lösenord', 'reset.code'],
    ['återställ', 'reset.code'],
    ['reset', 'reset.code'],
    ['lås upp', 'home'],
    ['unlock', 'home'],
    ['status', 'home'],
    ['hjälp', 'help'],
    ['Help', 'help'],
    ['avbryt', 'cancelled'],
    ['cancel', 'cancelled'],
    ['hej på dig', 'home'],
    ['482913', 'home'],
  ])('%s opens %s', async (text, card) => {
    const walker = await newEnrolled(product);
    expect(await walker.chat.say(text)).toBe(card);
  });

  it('open home where there are several accounts to choose from', async () => {
    const walker = await newEnrolled(product);
    product.account(`${walker.account}tva`, walker.chat.dn, FIRST_PASSWORD);
    for (const text of ['registrera', 'byt lösenord', 'lås upp']) {
      expect(await walker.chat.say(text)).toBe('home');
    }
  });

  it('show many accounts some at a time, each with buttons that work', async () => {
    const chat = product.manager('Mangakonton');
    const names = Array.from(
      { length: 23 },
      (_, index) => `manga${String(index + 1).padStart(2, '0')}`,
    );
    const dns = names.map((name) => product.account(name, chat.dn, FIRST_PASSWORD).dn);
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

    // What answers for one account shows that one.
    chat.card = last;
    const { data, title } = chat.button('enroll', 'manga22');
    await chat.tapButton({ verb: 'reset', title, data: { ...data, verb: 'reset' } });
    expect(chat.shown).toBe('home notEnrolled');
    expect(shown()).toEqual(names.slice(20));

    // Fewer are left than the button thought of; they fit on one card.
    for (const dn of dns.slice(20)) product.directory.remove(dn);
    const again = buttonsOf(last).find(
      ({ verb, data: { handle } }) => verb === 'home' && handle === '0',
    );
    await chat.tapButton({ ...again!, data: { ...again!.data, handle: '20' } });
    expect(shown()).toEqual(names.slice(0, 20));
    expect(buttonsOf(chat.card).map(({ verb }) => verb)).not.toContain('home');
  });

  it('end all own flows', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const button = walker.chat.button('setPassword');
    expect(await walker.chat.say('avbryt')).toBe('cancelled');
    const inputs = { newPassword: GOOD, confirmPassword: GOOD };
    expect(await walker.chat.tapButton(button, inputs)).toBe('cancelled');
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
  });
});
