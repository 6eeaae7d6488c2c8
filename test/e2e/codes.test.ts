import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newEnrolled,
  newMobile,
  newName,
  startReset,
  wrongCode,
  type Walker,
} from '../support/walks.ts';

const house = await houseOfSuite();

/** Types wrong codes on the card at hand; gives what each was answered with. */
async function guessWrong({ chat, mobile }: Walker, times: number): Promise<string[]> {
  const shown: string[] = [];
  const right = house.code(mobile);
  for (let time = 1; time <= times; time += 1) {
    shown.push(await chat.tap('confirmCode', { code: wrongCode(right, time) }));
  }
  return shown;
}

describe('a code', () => {
  it('is too many things that are no code after thirty', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    for (let time = 0; time < 30; time += 1) {
      expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code codeRefused');
    }
    expect(await walker.chat.tap('confirmCode', { code: 'x' })).toBe('reset.code tooManyCodes');
    expect(textOf(walker.chat.card)).toContain('många koder eller försök');
    expect(textOf(walker.chat.card)).not.toContain('Vänta');
    expect(await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('is read with spaces and with full-width digits', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const code = house.code(walker.mobile);
    const wide = [...code].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
    const typed = ` ${wide.slice(0, 3).join('')} ${code.slice(3)} `;
    expect(await walker.chat.tap('confirmCode', { code: typed })).toBe('reset.newPassword');
  });

  it('is still good shortly before', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    house.passTime(5 * MINUTE_MS - 15_000);
    expect(await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('of another account is worth nothing here', async () => {
    const one = await newEnrolled(house);
    const other = await newEnrolled(house);
    await startReset(one);
    await startReset(other);
    const code = house.code(other.mobile);
    if (code === house.code(one.mobile)) return;
    expect(await one.chat.tap('confirmCode', { code })).toBe('reset.code codeRefused');
  });
});

describe('a new code', () => {
  it('goes out once for a hundred taps at once', async () => {
    const walker = await newEnrolled(house);
    await walker.chat.say('status');
    const button = walker.chat.button('reset', walker.account);
    const before = house.codes(walker.mobile).length;
    await Promise.all(Array.from({ length: 100 }, () => walker.chat.sendTap(button)));
    await house.teams.until(() => house.codes(walker.mobile).length > before);
    expect(house.codes(walker.mobile).length).toBe(before + 1);
  });
});

/** So many enrolled managers who answer for one account together. */
async function enrolledTogether(count: number): Promise<Walker[]> {
  const chats = Array.from({ length: count }, () => house.manager(newName('Chef')));
  const members = chats.map(({ dn }) => dn);
  const account = newName('delad');
  const { dn: accountDn, id: accountId } = house.account(
    account,
    house.directory.group(newName('Chefer'), members).dn,
    FIRST_PASSWORD,
  );
  const walkers = chats.map((chat) => ({
    chat,
    account,
    mobile: newMobile(),
    accountDn,
    accountId,
  }));
  for (const walker of walkers) await enroll(house, walker);
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
    const right = house.code(third.mobile);
    expect(await third.chat.tap('confirmCode', { code: wrongCode(right, 9) })).toBe(
      'refused locked',
    );
    expect(await first.chat.tap('confirmCode', { code: house.code(first.mobile) })).toBe(
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
    const codes = house.codes(first.mobile).length;
    house.twilio.scriptCodes({ delayMs: 5_000 });
    const tap = first.chat.tap('reset', {}, first.account);
    await house.teams.until(() => house.codes(first.mobile).length > codes);
    const right = house.code(third.mobile);
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
    expect(await good.chat.tap('confirmCode', { code: house.code(good.mobile) })).toBe(
      'reset.newPassword',
    );
  });
});

describe('many codes at once', () => {
  it('use the right one up once', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const code = house.code(walker.mobile);
    const rows = house.auditRows();
    await Promise.all(Array.from({ length: 50 }, () => walker.chat.sendTap(button, { code })));
    const events = house.audit(rows).map(({ event }) => event);
    expect(events.filter((event) => event === 'code.accepted')).toHaveLength(1);
    expect(events.filter((event) => event === 'code.refused')).toHaveLength(0);
  });

  it('compare no more than five wrong ones', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const right = house.code(walker.mobile);
    const rows = house.auditRows();
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        walker.chat.sendTap(button, { code: wrongCode(right, index + 1) }),
      ),
    );
    const events = house.audit(rows).map(({ event }) => event);
    expect(events.filter((event) => event === 'code.refused')).toHaveLength(5);
    expect(await startReset(walker)).toBe('refused locked');
  });

  it('count a double tap once', async () => {
    const walker = await newEnrolled(house);
    await startReset(walker);
    const button = walker.chat.button('confirmCode');
    const code = wrongCode(house.code(walker.mobile));
    const rows = house.auditRows();
    await Promise.all(Array.from({ length: 20 }, () => walker.chat.sendTap(button, { code })));
    const events = house.audit(rows).map(({ event }) => event);
    expect(events).toEqual(['code.refused']);
  });
});
