import { describe, expect, it } from '@jest/globals';
import { textOf } from '../support/chatDriver.ts';
import { SERVICE_DESK } from '../support/product.ts';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  FIRST_PASSWORD,
  HOUR_MS,
  MINUTE_MS,
  newEnrolled,
  newMobile,
  newName,
  startReset,
  wrongCode,
  type Walker,
} from '../support/walks.ts';

const product = await productOfSuite();

/** Types wrong codes on the card at hand; gives what each was answered with. */
async function guessWrong({ chat, mobile }: Walker, times: number): Promise<string[]> {
  const shown: string[] = [];
  const right = product.code(mobile);
  for (let time = 1; time <= times; time += 1) {
    shown.push(await chat.tap('confirmCode', { code: wrongCode(right, time) }));
  }
  return shown;
}

describe('a code', () => {
  it('is refused four times on the same card, the fifth wrong one locks for a day', async () => {
    const walker = await newEnrolled(product);
    const { chat, account } = walker;
    await startReset(walker);
    const right = product.code(walker.mobile);
    expect(await guessWrong(walker, 5)).toEqual([
      'reset.code codeRefused',
      'reset.code codeRefused',
      'reset.code codeRefused',
      'reset.code codeRefused',
      'refused locked',
    ]);
    expect(textOf(chat.card)).toContain(SERVICE_DESK);

    await chat.say('status');
    for (const verb of ['enroll', 'reset']) {
      await chat.say('status');
      expect(await chat.tap(verb, {}, account)).toBe('refused locked');
    }
    product.passTime(24 * HOUR_MS + MINUTE_MS);
    expect(await startReset(walker)).toBe('reset.code');
    expect(await chat.tap('confirmCode', { code: right })).toMatch(/^reset\.(code|newPassword)/);
  });

  it('that is right does not count as the sixth after five wrong ones', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const right = product.code(walker.mobile);
    await guessWrong(walker, 5);
    expect(await walker.chat.tapButton(button, { code: right })).toBe('refused locked');
  });

  it('keeps its wrong tries over new codes and new flows, until a reset', async () => {
    const walker = await newEnrolled(product);
    const { chat } = walker;
    for (let time = 0; time < 4; time += 1) {
      product.passTime(11 * MINUTE_MS);
      await startReset(walker);
      expect(await guessWrong(walker, 1)).toEqual(['reset.code codeRefused']);
      await chat.tap('cancel');
    }
    product.passTime(11 * MINUTE_MS);
    await startReset(walker);
    expect(await chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
    const password = 'Kaffekanna-Blomma-42';
    expect(
      await chat.tap('setPassword', { newPassword: password, confirmPassword: password }),
    ).toBe('reset.done');
    product.passTime(HOUR_MS);
    await startReset(walker);
    expect(await guessWrong(walker, 4)).toEqual(Array(4).fill('reset.code codeRefused'));
  });

  it.each([
    ['empty', ''],
    ['letters', 'abcdef'],
    ['too short', '12345'],
    ['too long', '1234567'],
    ['a number', 123456],
    ['an object', { code: '123456' }],
    ['null', null],
    ['overlong', '1'.repeat(5000)],
  ])('that is %s is no guess', async (_name, code) => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    for (let time = 0; time < 6; time += 1) {
      expect(await walker.chat.tap('confirmCode', { code })).toBe('reset.code codeRefused');
    }
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('is too many things that are no code after thirty', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    for (let time = 0; time < 30; time += 1) {
      expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code codeRefused');
    }
    expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code tooManyCodes');
    expect(textOf(walker.chat.card)).toContain('många koder eller försök');
    expect(textOf(walker.chat.card)).not.toContain('Vänta');
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('is read with spaces and with full-width digits', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const code = product.code(walker.mobile);
    const wide = [...code].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    const typed = ` ${wide.slice(0, 3).join('')} ${code.slice(3)} `;
    expect(await walker.chat.tap('confirmCode', { code: typed })).toBe('reset.newPassword');
  });

  it('is no longer good after its five minutes', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    product.passTime(5 * MINUTE_MS + 1_000);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.code codeRefused',
    );
  });

  it('is still good shortly before', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    product.passTime(5 * MINUTE_MS - 15_000);
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('makes the one before it worthless', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const first = product.code(walker.mobile);
    product.passTime(61_000);
    expect(await walker.chat.tap('resendCode')).toBe('reset.code');
    const second = product.code(walker.mobile);
    if (first === second) return;
    expect(await walker.chat.tap('confirmCode', { code: first })).toBe('reset.code codeRefused');
    expect(await walker.chat.tap('confirmCode', { code: second })).toBe('reset.newPassword');
  });

  it('of another account is worth nothing here', async () => {
    const one = await newEnrolled(product);
    const other = await newEnrolled(product);
    await startReset(one);
    await startReset(other);
    const code = product.code(other.mobile);
    if (code === product.code(one.mobile)) return;
    expect(await one.chat.tap('confirmCode', { code })).toBe('reset.code codeRefused');
  });

  it('typed as a chat message is taken for the one card that waits for it', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const code = product.code(walker.mobile);
    expect(await walker.chat.say(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe('reset.newPassword');
  });
});

describe('a new code', () => {
  it('is sent again after a minute, and three times in all', async () => {
    const walker = await newEnrolled(product);
    const { chat, mobile } = walker;
    await startReset(walker);
    const before = product.codes(mobile).length;
    expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
    expect(product.codes(mobile).length).toBe(before);
    for (let time = 0; time < 2; time += 1) {
      product.passTime(61_000);
      expect(await chat.tap('resendCode')).toBe('reset.code');
    }
    product.passTime(61_000);
    expect(await chat.tap('resendCode')).toBe('reset.code tooManyCodes');
    expect(product.codes(mobile).length).toBe(before + 2);
    // No wait helps in this flow; what the card says instead does.
    expect(textOf(chat.card)).not.toMatch(/Vänta|Efter en minut/);
    expect(textOf(chat.card)).toContain('Tryck annars på Avbryt och börja om');
    await chat.tap('cancel');
    expect(await startReset(walker)).toBe('reset.code');
  });

  it('is not sent to a number that has had its share, and says so where it was asked for', async () => {
    const walker = await newEnrolled(product);
    const { chat } = walker;
    // The enrollment's message was the first of five within ten minutes.
    for (let time = 0; time < 4; time += 1) {
      expect(await startReset(walker)).toBe('reset.code');
      await chat.tap('cancel');
    }
    expect(await startReset(walker)).toBe('refused tooManyCodes');
    product.passTime(11 * MINUTE_MS);
    expect(await startReset(walker)).toBe('reset.code');
  });

  it('goes out once for a hundred taps at once', async () => {
    const walker = await newEnrolled(product);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    const before = product.codes(walker.mobile).length;
    await Promise.all(Array.from({ length: 100 }, () => walker.chat.sendTap(button)));
    await product.teams.until(() => product.codes(walker.mobile).length > before);
    expect(product.codes(walker.mobile).length).toBe(before + 1);
  });
});

/** So many enrolled managers who answer for one account together. */
async function enrolledTogether(count: number): Promise<Walker[]> {
  const chats = Array.from({ length: count }, () => product.manager(newName('Chef')));
  const members = chats.map(({ dn }) => dn);
  const account = newName('delad');
  const { dn: accountDn, id: accountId } = product.account(
    account,
    product.directory.group(newName('Chefer'), members).dn,
    FIRST_PASSWORD,
  );
  const walkers = chats.map((chat) => ({
    chat,
    account,
    mobile: newMobile(),
    accountDn,
    accountId,
  }));
  for (const walker of walkers) await enroll(product, walker);
  return walkers;
}

describe('wrong codes of several managers', () => {
  it('lock the account for all of them at ten', async () => {
    const walkers = await enrolledTogether(3);
    const [first, second, third] = walkers as [Walker, Walker, Walker];
    for (const walker of walkers) await startReset(walker);
    await guessWrong(second, 5);
    await guessWrong(third, 4);
    expect(await first.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code codeRefused');
    const right = product.code(third.mobile);
    expect(await third.chat.tap('confirmCode', { code: wrongCode(right, 9) })).toBe(
      'refused locked',
    );
    expect(await first.chat.tap('confirmCode', { code: product.code(first.mobile) })).toBe(
      'refused locked',
    );
    await first.chat.say('status');
    expect(await first.chat.tap('enroll', {}, first.account)).toBe('refused locked');
  });

  it('end a reset whose message is still under way', async () => {
    const [first, second, third] = (await enrolledTogether(3)) as [Walker, Walker, Walker];
    await startReset(second);
    await startReset(third);
    await guessWrong(second, 5);
    await guessWrong(third, 4);
    await first.chat.say('status');
    const codes = product.codes(first.mobile).length;
    product.twilio.scriptCodes({ delayMs: 5_000 });
    const tap = first.chat.tap('reset', {}, first.account);
    await product.teams.until(() => product.codes(first.mobile).length > codes);
    const right = product.code(third.mobile);
    expect(await third.chat.tap('confirmCode', { code: wrongCode(right, 9) })).toBe(
      'refused locked',
    );
    expect(await tap).toBe('refused locked');
  });

  it('do not stop a colleague before that', async () => {
    const [bad, good] = (await enrolledTogether(2)) as [Walker, Walker];
    await startReset(bad);
    expect((await guessWrong(bad, 5)).at(-1)).toBe('refused locked');
    await startReset(good);
    expect(await good.chat.tap('confirmCode', { code: product.code(good.mobile) })).toBe(
      'reset.newPassword',
    );
  });
});

describe('many codes at once', () => {
  it('use the right one up once', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const code = product.code(walker.mobile);
    const rows = product.auditRows();
    await Promise.all(Array.from({ length: 50 }, () => walker.chat.sendTap(button, { code })));
    const events = product.audit(rows).map(({ event }) => event);
    expect(events.filter((event) => event === 'code.accepted')).toHaveLength(1);
    expect(events.filter((event) => event === 'code.refused')).toHaveLength(0);
  });

  it('compare no more than five wrong ones', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const right = product.code(walker.mobile);
    const rows = product.auditRows();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        walker.chat.sendTap(button, { code: wrongCode(right, index + 1) }),
      ),
    );
    const events = product.audit(rows).map(({ event }) => event);
    expect(events.filter((event) => event === 'code.refused')).toHaveLength(5);
    expect(await startReset(walker)).toBe('refused locked');
  });

  it('count a double tap once', async () => {
    const walker = await newEnrolled(product);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const code = wrongCode(product.code(walker.mobile));
    const rows = product.auditRows();
    await Promise.all(Array.from({ length: 20 }, () => walker.chat.sendTap(button, { code })));
    const events = product.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['code.refused']);
  });
});
