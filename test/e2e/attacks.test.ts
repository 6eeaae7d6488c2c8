import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { nameOf } from '../support/connector.ts';
import { noneWaits } from '../support/notices.ts';
import { houseOfSuite, houseOfTest } from '../support/ofSuite.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newEnrolled,
  newManager,
  newMobile,
  newName,
  prove,
  reset,
  resetToPassword,
  startReset,
  wrongCode,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const house = await houseOfSuite();

function lockoutOf(dn: string): number {
  return Number(house.directory.get(dn, 'lockoutTime')[0] ?? 0);
}

/** So many wrong binds from elsewhere, now. */
function fail(dn: string, count: number): void {
  house.directory.put(dn, 'badPwdCount', String(count));
  const filetime = (BigInt(Date.now()) + 11644473600000n) * 10000n;
  house.directory.put(dn, 'badPasswordTime', String(filetime));
}

/** Several managers who answer for one account together. */
function colleagues(count: number): Walker[] {
  const chats = Array.from({ length: count }, () => house.manager(newName('Kollega')));
  const group = house.directory.group(
    newName('Kollegor'),
    chats.map(({ dn }) => dn),
  );
  const account = newName('grupp');
  const { dn, id } = house.account(account, group.dn, FIRST_PASSWORD);
  return chats.map((chat) => ({
    chat,
    account,
    accountDn: dn,
    accountId: id,
    mobile: newMobile(),
  }));
}

describe('somebody who types another manager’s number', () => {
  it('cannot use up the codes of its owner', async () => {
    const owner = await newEnrolled(house);
    const stranger = newManager(house);
    house.passTime(25 * HOUR_MS);
    const shown: string[] = [];
    for (let time = 0; time < 5; time += 1) {
      house.passTime(11 * MINUTE_MS);
      await prove(stranger);
      shown.push(await stranger.chat.tap('setMobile', { mobile: owner.mobile }));
      await stranger.chat.say('avbryt');
    }
    expect(shown).toEqual([
      'enrollment.code',
      'enrollment.code',
      'enrollment.code',
      'enrollment.mobile tooManyCodes',
      'enrollment.mobile tooManyCodes',
    ]);
    expect(await startReset(owner)).toBe('reset.code');
  });
});

describe('somebody who types a number that nobody has enrolled', () => {
  /** Has codes sent to the number until no more are; gives how many. */
  async function useUp(mobile: string): Promise<number> {
    const stranger = newManager(house);
    for (let sent = 0; ; sent += 1) {
      house.passTime(11 * MINUTE_MS);
      await prove(stranger);
      const shown = await stranger.chat.tap('setMobile', { mobile });
      await stranger.chat.say('avbryt');
      if (shown === 'enrollment.mobile tooManyCodes') return sent;
    }
  }

  it('cannot alone keep anybody from it, nor several its owner by the directory', async () => {
    const walker = newManager(house);
    expect(await useUp(walker.mobile)).toBe(3);
    house.passTime(11 * MINUTE_MS);
    expect(await enroll(house, walker)).toBe('enrollment.done');

    const other = newMobile();
    for (const sent of [3, 2, 1, 0]) expect(await useUp(other)).toBe(sent);
    const owner = { ...newManager(house), mobile: other };
    house.directory.put(owner.chat.dn, 'mobile', other);
    house.passTime(11 * MINUTE_MS);
    // One message may be lost on the way.
    expect(await enrollToCode(house, owner)).toBe('enrollment.code');
    await owner.chat.say('avbryt');
    house.passTime(2 * MINUTE_MS);
    expect(await enroll(house, owner)).toBe('enrollment.done');
  });
});

describe('one manager alone', () => {
  it('cannot have codes sent to more than five different numbers that are not theirs', async () => {
    const walker = newManager(house);
    const { chat } = walker;
    await prove(walker);
    const numbers = Array.from({ length: 6 }, () => newMobile());
    for (const mobile of numbers.slice(0, 5)) {
      expect(await chat.tap('setMobile', { mobile })).toBe('enrollment.code');
      await chat.tap('changeMobile');
    }
    const sixth = { mobile: numbers[5]! };
    expect(await chat.tap('setMobile', sixth)).toBe('enrollment.mobile tooManyCodes');
    expect(textOf(chat.card)).toMatch(/Försök igen i morgon kl\. /);
    expect(house.codes(sixth.mobile)).toEqual([]);
    // Nor in another flow, an hour later; one of the five may still be proven.
    house.passTime(HOUR_MS);
    await prove(walker);
    expect(await chat.tap('setMobile', sixth)).toBe('enrollment.mobile tooManyCodes');
    expect(await chat.tap('setMobile', { mobile: numbers[0]! })).toBe('enrollment.code');
    expect(await chat.tap('confirmCode', { code: house.code(numbers[0]!) })).toBe(
      'enrollment.done',
    );
    // A number that was proven counts no more.
    await prove(walker);
    await chat.tap('setMobile', { mobile: numbers[0]! });
    await chat.say('avbryt');
    house.passTime(24 * HOUR_MS);
    await prove(walker);
    expect(await chat.tap('setMobile', { mobile: numbers[0]! })).toBe('enrollment.code');
  });

  it('has twenty codes sent in a day, over all accounts', async () => {
    const first = await newEnrolled(house);
    const account = newName('grupp');
    house.account(account, first.chat.dn, FIRST_PASSWORD);
    const second = { ...first, account, mobile: newMobile() };
    await enroll(house, second);
    for (let time = 0; time < 9; time += 1) {
      house.passTime(20 * MINUTE_MS);
      for (const walker of [first, second]) {
        expect(await startReset(walker)).toBe('reset.code');
        await walker.chat.tap('cancel');
      }
    }
    house.passTime(HOUR_MS);
    const third = { ...first, account: newName('grupp'), mobile: newMobile() };
    house.account(third.account, first.chat.dn, FIRST_PASSWORD);
    expect(await enrollToCode(house, third)).toBe('enrollment.mobile tooManyCodes');
    house.passTime(20 * HOUR_MS);
    expect(await first.chat.tap('setMobile', { mobile: third.mobile })).toBe('home flowExpired');
    expect(await enrollToCode(house, third)).toBe('enrollment.code');
  });

  it('leaves the last fifth of the day’s messages to enrolled numbers', async () => {
    const small = await houseOfTest({ env: { SMS_PER_DAY: '10' } });
    const owner = await newEnrolled(small);
    for (let time = 0; time < 7; time += 1) {
      expect(await enrollToCode(small, newManager(small))).toBe('enrollment.code');
    }
    expect(await enrollToCode(small, newManager(small))).toBe('enrollment.mobile smsUnavailable');
    expect(await startReset(owner)).toBe('reset.code');
    await owner.chat.tap('cancel');
    expect(await startReset(owner)).toBe('reset.code');
    await owner.chat.tap('cancel');
    expect(await startReset(owner)).toBe('refused smsUnavailable');
  });
});

describe('a write whose outcome is unknown', () => {
  it('cannot be dropped by a forged cancel, nor by the word', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    const tap = walker.chat.sendTap(walker.chat.button('setPassword'), both);
    await house.teams.until(() => house.directory.hasPassword(walker.accountDn, GOOD));
    house.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    await tap;
    await house.teams.until(() => walker.chat.reload() === 'reset.unknown');
    const { data } = walker.chat.button('refresh');
    const forged = { verb: 'cancel', title: '', data: { ...data, verb: 'cancel' } };
    expect(await walker.chat.tapButton(forged)).toBe('reset.unknown');
    expect(await walker.chat.say('avbryt')).toBe('cancelled');
    house.directory.fault = undefined;
    await house.teams.until(() =>
      house
        .audit()
        .some(({ event, account }) => event === 'reset.verified' && account === walker.accountId),
    );
  });
});

describe('a notice', () => {
  it('that Teams fails to take is sent again', async () => {
    const [asa, bo] = colleagues(2) as [Walker, Walker];
    await bo.chat.say('status');
    await enroll(house, asa);
    const notices = () =>
      house.teams.sent.filter(
        ({ conversationId, card }) =>
          conversationId === bo.chat.person.conversationId && nameOf(card) === 'notice',
      ).length;
    await house.teams.until(() => notices() === 1);
    await noneWaits(house);
    await resetToPassword(house, asa);
    house.teams.fail('post', { status: 502 }, 1);
    expect(await asa.chat.tap('setPassword', both)).toBe('reset.done');
    await house.teams.until(() => notices() === 2);
  });
});

describe('the proof of a password', () => {
  it('whose answers are lost counts, and never locks the account', async () => {
    const walker = newManager(house);
    const { chat, account, accountDn } = walker;
    house.directory.fault = ({ name, dn }) =>
      name === 'bind' && dn === accountDn ? 'applyThenDrop' : undefined;
    for (let time = 0; time < 8; time += 1) {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      await chat.tap('proveCurrentPassword', { currentPassword: `Fel-${String(time)}` });
    }
    expect(house.directory.bindsOf(accountDn)).toBe(3);
    expect(lockoutOf(accountDn)).toBe(0);
  });

  it('by several managers at once never locks the account', async () => {
    const walkers = colleagues(3);
    const [{ accountDn }] = walkers as [Walker, Walker, Walker];
    fail(accountDn, 2);
    for (const { chat, account } of walkers) {
      await chat.say('status');
      await chat.tap('enroll', {}, account);
    }
    await Promise.all(
      walkers.map(({ chat }) =>
        chat.tap('proveCurrentPassword', { currentPassword: 'Fel-Losen-1' }),
      ),
    );
    expect(house.directory.bindsOf(accountDn)).toBe(1);
    expect(lockoutOf(accountDn)).toBe(0);
  });

  it('asks what the directory has counted once more after the bind was reserved', async () => {
    const { chat, account, accountDn } = newManager(house);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    const proofs = () =>
      house.database.querySqlite(`select id from failure where kind = 'proof'`).length;
    const before = proofs();
    house.directory.fault = ({ name }) => {
      // Colleagues at their computers, in the moment before the bind.
      if (name === 'search' && proofs() > before) fail(accountDn, 3);
      return undefined;
    };
    expect(await chat.tap('proveCurrentPassword', { currentPassword: 'Fel-Losen-1' })).toBe(
      'refused proofLocked',
    );
    expect(house.directory.bindsOf(accountDn)).toBe(0);
    expect(proofs()).toBe(before);
  });

  it('cannot push earlier passwords out of the history', async () => {
    const open = await houseOfTest({ policy: { historyLength: 0 } });
    const walker = await newEnrolled(open);
    await reset(open, walker, GOOD);
    for (let time = 0; time < 26; time += 1) {
      const password = time % 2 === 0 ? FIRST_PASSWORD : GOOD;
      open.directory.setPassword(walker.accountDn, password);
      await prove(walker, password);
      await walker.chat.tap('cancel');
    }
    open.passTime(25 * HOUR_MS);
    await resetToPassword(open, walker);
    const first = { newPassword: FIRST_PASSWORD, confirmPassword: FIRST_PASSWORD };
    expect(await walker.chat.tap('setPassword', first)).toBe(
      'reset.newPassword passwordUsedBefore',
    );
  });
});

describe('new passwords of two managers at once', () => {
  it('are written one after another: the second is told that the first came before', async () => {
    const walkers = colleagues(2);
    for (const walker of walkers) {
      await enroll(house, walker);
      await resetToPassword(house, walker);
    }
    const [{ accountDn }] = walkers as [Walker, Walker];
    const passwords = [GOOD, 'Gladiolus-Kanna-77'];
    house.directory.fault = ({ name }) => (name === 'modify' ? { delayMs: 1_000 } : undefined);
    await Promise.all(
      walkers.map(({ chat }, index) => {
        const typed = passwords[index]!;
        return chat.tap('setPassword', { newPassword: typed, confirmPassword: typed });
      }),
    );
    const ends = walkers.map(({ chat }) => chat.reload());
    expect([...ends].sort()).toEqual(['home flowExpired', 'reset.done']);
    const standing = passwords[ends.indexOf('reset.done')]!;
    expect(house.directory.hasPassword(accountDn, standing)).toBe(true);
    expect(house.directory.writes.filter(({ dn }) => dn === accountDn)).toHaveLength(1);
  });
});

describe('an account that is locked for codes', () => {
  it('sends none to a manager who is in the middle of an enrollment', async () => {
    const [waiting, one, two] = colleagues(3) as [Walker, Walker, Walker];
    await enroll(house, one);
    await enroll(house, two);
    await prove(waiting);
    for (const walker of [one, two]) {
      await startReset(walker);
      const right = house.code(walker.mobile);
      for (let time = 1; time <= 5; time += 1) {
        await walker.chat.tap('confirmCode', { code: wrongCode(right, time) });
      }
    }
    expect(await waiting.chat.tap('setMobile', { mobile: waiting.mobile })).toBe('refused locked');
    expect(house.codes(waiting.mobile)).toEqual([]);
  });
});

describe('a manager whose directory account has an end date', () => {
  it('is let in until then and not after', async () => {
    const { chat } = newManager(house);
    const ticks = (ms: number) => String((BigInt(ms) + 11644473600000n) * 10000n);
    house.directory.put(chat.dn, 'accountExpires', ticks(Date.now() + HOUR_MS));
    expect(await chat.say('status')).toBe('home');
    house.directory.put(chat.dn, 'accountExpires', ticks(Date.now() - HOUR_MS));
    expect(await chat.say('status')).toBe('refused notResponsible');
  });
});
