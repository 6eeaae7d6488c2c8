import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { startProduct } from '../support/product.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  FIRST_PASSWORD,
  HOUR_MS,
  MINUTE_MS,
  newEnrolled,
  newManager,
  reset,
  resetToPassword,
  startReset,
} from '../support/walks.ts';

const product = await productOfSuite();

const GOOD = 'Kaffekanna-Blomma-42';
const both = (password: unknown) => ({ newPassword: password, confirmPassword: password });

describe('the new password', () => {
  it('shows its rules before anything is typed', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const text = textOf(walker.chat.card);
    expect(text).toMatch(/8/);
    expect(text).toMatch(/25/);
    expect(text).toMatch(/å/);
  });

  it.each([
    ['twice differently', { newPassword: GOOD, confirmPassword: `${GOOD}x` }, 'passwordMismatch'],
    ['once only', { newPassword: GOOD }, 'passwordMismatch'],
    ['with seven characters', both('Ab1-xyz'), 'passwordTooShort'],
    ['empty', both(''), 'passwordTooShort'],
    ['as an object', { newPassword: { a: 1 }, confirmPassword: GOOD }, 'passwordTooShort'],
    ['as a list', { newPassword: [GOOD], confirmPassword: GOOD }, 'passwordTooShort'],
    ['as a number', { newPassword: 1234567890, confirmPassword: GOOD }, 'passwordTooShort'],
    ['confirmed by an object', { newPassword: GOOD, confirmPassword: {} }, 'passwordMismatch'],
    ['with 128 characters', both(`Aa1-${'x'.repeat(124)}`), 'passwordTooLong'],
    ['far too long', both('Aa1-'.repeat(10_000)), 'passwordTooLong'],
    ['with å', both('Kaffekåanna-42'), 'passwordForbiddenCharacter'],
    ['with Ö in two parts', both('KaffekO\u0308anna-42'), 'passwordForbiddenCharacter'],
    ['as before', both(FIRST_PASSWORD), 'passwordUsedBefore'],
    ['counted up by one', both('Gammalt-Losen-18'), 'passwordUsedBefore'],
    ['as everybody does', both('Password123!'), 'passwordTooCommon'],
    ['as season and year', both('Sommar2026!'), 'passwordTooCommon'],
    ['too simple for the directory', both('kaffekannablomma'), 'passwordRefusedByDirectory'],
  ])('typed %s is refused on the same card, without a message', async (_name, inputs, reason) => {
    const walker = await newEnrolled(product);
    const { chat, accountDn } = walker;
    await resetToPassword(product, walker);
    const codes = product.codes(walker.mobile).length;
    expect(await chat.tap('setPassword', inputs)).toBe(`reset.newPassword ${reason}`);
    expect(product.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(true);
    expect(product.codes(walker.mobile).length).toBe(codes);
    expect(await chat.tap('setPassword', both(GOOD))).toBe('reset.done');
    expect(product.directory.hasPassword(accountDn, GOOD)).toBe(true);
    expect(product.directory.hasPassword(accountDn, FIRST_PASSWORD)).toBe(false);
  });

  it.each([
    ['short with å', both('Kå1-xyz'), ['✗', '✗', '✓', '•', '✓']],
    ['twice differently', { newPassword: GOOD, confirmPassword: 'x' }, ['✓', '✓', '✓', '•', '✓']],
    ['common', both('Password123!'), ['✓', '✓', '✓', '✓', '✗']],
    ['as before', both(FIRST_PASSWORD), ['✓', '✓', '✓', '✗', '✓']],
    ['empty', both(''), ['✗', '•', '•', '•', '•']],
    ['once only', { newPassword: 'Kå1-xyz' }, ['•', '•', '•', '•', '•']],
    ['too simple for the directory', both('kaffekannablomma'), ['✓', '✓', '✗', '•', '•']],
  ])(
    'typed %s is answered with which rules it kept, as far as known',
    async (_name, inputs, signs) => {
      const walker = await newEnrolled(product);
      await resetToPassword(product, walker);
      await walker.chat.tap('setPassword', inputs);
      const lines = textOf(walker.chat.card).match(/^[✓✗•] (?!• )\S.*/gm) ?? [];
      expect(lines.map((line) => line.charAt(0))).toEqual(signs);
    },
  );

  it.each([
    ['with 8 characters', 'Ka-42xyq'],
    ['with 64 characters', `Ka-42${'xyqz'.repeat(14)}abc`],
    ['with 127 characters', `Ka-42${'xyqz'.repeat(30)}ab`],
    ['with spaces around', '  Kaffekanna Blomma 42  '],
    ['with quotes and backslashes', 'Kaffe"kanna\\42\'<>&%${x}'],
    ['with an emoji', 'Kaffekanna-42-\u{1F600}'],
    ['with a decomposed letter', 'Kaffe-42-e\u0301e'],
  ])('%s is set verbatim', async (_name, password) => {
    const walker = await newEnrolled(product);
    expect(await reset(product, walker, password)).toBe('reset.done');
    expect(product.directory.hasPassword(walker.accountDn, password)).toBe(true);
    expect(product.directory.hasPassword(walker.accountDn, password.trim())).toBe(
      password === password.trim(),
    );
  });

  it('is refused without an attempt by the bot, and with one by the directory', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const rows = product.auditRows();
    await walker.chat.tap('setPassword', both('kort'));
    await walker.chat.tap('setPassword', both('kaffekannablomma'));
    const events = product.audit(rows).map(({ event, reason }) => `${event} ${String(reason)}`);
    expect(events).toEqual([
      'reset.refused passwordTooShort',
      'reset.attempted null',
      'reset.refused passwordRefusedByDirectory',
    ]);
  });

  it('sends the directory the history control, critical, and lifts its lockout in one write', async () => {
    const walker = await newEnrolled(product);
    product.directory.lock(walker.accountDn);
    expect(await reset(product, walker, GOOD)).toBe('reset.done');
    const write = product.directory.writes.filter(({ dn }) => dn === walker.accountDn).at(-1);
    expect(write?.attributes).toEqual(expect.arrayContaining(['unicodePwd', 'lockoutTime']));
    expect(write?.controls).toEqual([
      expect.objectContaining({ oid: '1.2.840.113556.1.4.2239', isCritical: true }),
    ]);
    expect(product.directory.get(walker.accountDn, 'lockoutTime')).toEqual(['0']);
  });

  it('is not written when somebody else has changed it since', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    await new Promise((resolve) => setTimeout(resolve, 5));
    product.directory.setPassword(walker.accountDn, 'Nagon-Annans-9');
    const writes = product.directory.writes.length;
    expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
    expect(product.directory.writes.length).toBe(writes);
    expect(product.directory.hasPassword(walker.accountDn, 'Nagon-Annans-9')).toBe(true);
  });

  it('is written once for twenty taps at once, all answered alike', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const button = walker.chat.button('setPassword');
    const writes = product.directory.writes.length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => walker.chat.sendTap(button, both(GOOD))),
    );
    const cards = new Set(answers.map(({ card }) => card?.body[0]?.id));
    // Past three seconds a tap is answered `working`, and the message shows the result.
    expect(['reset.done', 'working']).toEqual(expect.arrayContaining([...cards]));
    await product.teams.until(() => walker.chat.reload() === 'reset.done');
    expect(product.directory.writes.length).toBe(writes + 1);
  });

  it('cannot be set before a code was entered', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const { data } = walker.chat.button('confirmCode');
    const button = { verb: 'setPassword', title: '', data: { ...data, verb: 'setPassword' } };
    expect(await walker.chat.tapButton(button, both(GOOD))).toBe('reset.code');
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
  });

  it('typed as a chat message is not taken; the card advises to delete it', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    expect(await walker.chat.say(GOOD)).toBe('reset.newPassword');
    expect(textOf(walker.chat.card).toLowerCase()).toMatch(/ta bort/);
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('reset.done');
  });
});

describe('earlier passwords', () => {
  it('are refused for twenty-five changes and no more', async () => {
    const open = await startProduct({ policy: { historyLength: 0 } });
    try {
      const walker = await newEnrolled(open);
      const passwords = Array.from({ length: 26 }, (_, index) => {
        const letters = String.fromCharCode(97 + index).repeat(3);
        return `Blomma-${letters}-kanna-7`;
      });
      for (const password of passwords) {
        open.passTime(HOUR_MS * 25);
        expect(await reset(open, walker, password)).toBe('reset.done');
      }
      open.passTime(HOUR_MS * 25);
      await resetToPassword(open, walker);
      expect(await walker.chat.tap('setPassword', both(passwords[1]))).toBe(
        'reset.newPassword passwordUsedBefore',
      );
      expect(await walker.chat.tap('setPassword', both(passwords[0]))).toBe('reset.done');
    } finally {
      await open.stop();
    }
  });
});

describe('a reset', () => {
  it('needs an enrolled number before anything else', async () => {
    const { chat, account } = newManager(product);
    await chat.say('status');
    const { data } = chat.button('enroll', account);
    const button = { verb: 'reset', title: '', data: { ...data, verb: 'reset' } };
    expect(await chat.tapButton(button)).toBe('home notEnrolled');
    expect(await chat.say('byt lösenord')).toBe('home notEnrolled');
  });

  it('shows the open one when it is started again, and sends nothing', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const codes = product.codes(walker.mobile).length;
    expect(await startReset(walker)).toBe('reset.code');
    expect(await walker.chat.say('återställ')).toBe('reset.code');
    expect(product.codes(walker.mobile).length).toBe(codes);
  });

  it('is ended by an enrollment on the same account', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const old = walker.chat.button('confirmCode');
    const code = product.code(walker.mobile);
    await walker.chat.say('status');
    expect(await walker.chat.tap('enroll', {}, walker.account)).toBe('enrollment.currentPassword');
    expect(await walker.chat.tapButton(old, { code })).toBe('home flowExpired');
  });

  it('ends after fifteen minutes', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    product.passTime(15 * MINUTE_MS + 1_000);
    expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
    expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
  });

  it('writes nothing when they pass while the directory is asked', async () => {
    const walker = await newEnrolled(product);
    await resetToPassword(product, walker);
    const writes = product.directory.writes.length;
    product.directory.fault = () => {
      product.directory.fault = undefined;
      product.passTime(15 * MINUTE_MS + 1_000);
      return undefined;
    };
    expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
    expect(product.directory.fault).toBeUndefined();
    expect(product.directory.writes.length).toBe(writes);
  });

  it('ends with one refusal when the manager no longer answers for the account, at every step', async () => {
    const steps = [
      async (walker: Awaited<ReturnType<typeof newEnrolled>>) => {
        await startReset(walker);
        return () => walker.chat.tap('confirmCode', { code: product.code(walker.mobile) });
      },
      async (walker: Awaited<ReturnType<typeof newEnrolled>>) => {
        await startReset(walker);
        return () => walker.chat.tap('resendCode');
      },
      async (walker: Awaited<ReturnType<typeof newEnrolled>>) => {
        await resetToPassword(product, walker);
        return () => walker.chat.tap('setPassword', both(GOOD));
      },
    ];
    for (const step of steps) {
      const walker = await newEnrolled(product);
      const next = await step(walker);
      product.directory.put(walker.accountDn, 'manager', []);
      const rows = product.auditRows();
      expect(await next()).toBe('refused notResponsible');
      expect(product.audit(rows).map(({ event }) => event)).toContain('access.denied');
      expect(product.directory.hasPassword(walker.accountDn, FIRST_PASSWORD)).toBe(true);
    }
  });

  it('does not begin on an account that is protected, disabled, expired or not the manager’s', async () => {
    const now = BigInt(Date.now());
    const anHourAgo = String((now - BigInt(HOUR_MS) + 11_644_473_600_000n) * 10_000n);
    const changes = [
      { attribute: 'adminCount', value: '1' },
      { attribute: 'userAccountControl', value: '514' },
      { attribute: 'accountExpires', value: anHourAgo },
      { attribute: 'manager', value: [] },
    ];
    for (const { attribute, value } of changes) {
      const walker = await newEnrolled(product);
      await walker.chat.say('status');
      product.directory.put(walker.accountDn, attribute, value);
      expect(await walker.chat.tap('reset', {}, walker.account)).toBe('refused notResponsible');
    }
  });
});
