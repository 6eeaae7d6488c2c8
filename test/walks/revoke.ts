import { userInfo } from 'node:os';
import { expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { cardsTo } from '../support/notices.ts';
import {
  enroll,
  enrollToCode,
  FIRST_PASSWORD,
  newPlanted,
  newManager,
  newMobile,
  prove,
  reset,
  startReset,
  type Walker,
} from '../support/walks.ts';
import type { World } from '../support/world.ts';

const ACTOR = `os:${userInfo().username}`;
const PASSWORD = 'Kaffekanna-Blomma-42';

/** Walks the revocation of a number by an administrator, and the wait that follows it. */
export function walkRevoke(world: World): void {
  async function numbersOf(account: string): Promise<readonly { usableFrom: string | null }[]> {
    const status = await world.administer(['status', account]);
    return (status as { numbers: readonly { usableFrom: string | null }[] }).numbers;
  }

  const noticesTo = (chat: Walker['chat']) => cardsTo(world, chat, 'notice');
  it('removes the number, tells it, and makes the next one wait before its first reset', async () => {
    const walker = await newPlanted(world);
    const { chat, account, accountId, mobile } = walker;
    const before = world.auditRows();
    const value = await world.administer(['revoke', account.toUpperCase()]);
    expect(value).toEqual({ account, id: accountId, numbers: 1, flows: 0 });
    expect(world.audit(before)).toMatchObject([
      { event: 'admin.revoke', actor: ACTOR, account: accountId, result: 'ok' },
      { event: 'enrollment.revoked', actor: ACTOR, account: accountId, result: 'ok' },
    ]);
    await world.teams.until(() => world.texts(mobile).length === 1);
    const [notice] = world.texts(mobile);
    expect(notice).toMatch(/togs bort/);
    expect(notice).not.toMatch(/\d{6}/);

    await chat.say('status');
    expect(() => chat.button('reset', account)).toThrow();
    expect(await chat.say('reset')).toBe('home notEnrolled');

    const again = { ...walker, mobile: newMobile() };
    world.passTime(HOUR_MS);
    expect(await enroll(world, again)).toBe('enrollment.done');
    expect(await startReset(again)).toBe('refused numberTooNew');
    const [number] = await numbersOf(account);
    const wait = Date.parse(number?.usableFrom ?? '') - Date.now();
    expect(wait).toBeGreaterThan(24 * HOUR_MS - MINUTE_MS);
    expect(wait).toBeLessThanOrEqual(24 * HOUR_MS);

    await chat.say('status');
    const waits = 'Numret är nytt. Det går att byta lösenord med det först';
    expect(textOf(chat.card)).toContain(waits);

    world.passTime(24 * HOUR_MS + MINUTE_MS);
    await chat.say('status');
    expect(textOf(chat.card)).not.toContain(waits);
    expect(await reset(world, again, PASSWORD)).toBe('reset.done');
  });

  it('says before a number is chosen from when it can reset, and before it replaces one that waits', async () => {
    const walker = await newPlanted(world);
    const { chat, account } = walker;
    const told = /^Av säkerhetsskäl går det att byta lösenord med det nya numret tidigast /m;
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    expect(textOf(chat.card)).not.toMatch(told);
    await chat.tap('cancel');
    await world.administer(['revoke', account]);
    await world.teams.until(() => noticesTo(chat).length === 1);
    const again = { ...walker, mobile: newMobile() };
    for (const current of [again, { ...again, mobile: newMobile() }]) {
      world.passTime(HOUR_MS);
      await chat.say('status');
      await chat.tap('enroll', {}, account);
      expect(textOf(chat.card)).toMatch(told);
      await chat.tap('proveCurrentPassword', { currentPassword: 'Fel-Losen-1' });
      expect(textOf(chat.card)).toMatch(told);
      await chat.tap('proveCurrentPassword', { currentPassword: FIRST_PASSWORD });
      expect(textOf(chat.card)).toMatch(told);
      await chat.tap('setMobile', { mobile: current.mobile });
      await chat.tap('changeMobile');
      expect(textOf(chat.card)).toMatch(told);
      if (current !== again) continue;
      world.passTime(MINUTE_MS);
      await chat.tap('setMobile', { mobile: current.mobile });
      await chat.tap('confirmCode', { code: world.code(current.mobile) });
      expect(chat.shown).toBe('enrollment.done');
    }
    world.passTime(24 * HOUR_MS);
    await chat.say('status');
    await chat.tap('enroll', {}, account);
    expect(textOf(chat.card)).not.toMatch(told);
  });

  it('tells of a number that waits longer than its codes do, and names no earlier time', async () => {
    const walker = await newPlanted(world);
    await world.administer(['revoke', walker.account]);
    await world.teams.until(() => noticesTo(walker.chat).length === 1);
    const again = { ...walker, mobile: newMobile() };
    await enroll(world, again);
    for (let time = 1; time < 5; time += 1) {
      expect(await enrollToCode(world, again)).toBe('enrollment.code');
      await again.chat.tap('cancel');
    }
    expect(await startReset(again)).toBe('refused tooManyCodes');
    const { card } = again.chat;
    expect(textOf(card)).toMatch(/Mobilnumret är nytt\. .* byta lösenord med det först .* kl\./);
    expect(textOf(card)).not.toContain('många koder');
  });

  it('does not let a change of number shorten the wait', async () => {
    const walker = await newPlanted(world);
    await world.administer(['revoke', walker.account]);
    // Its notice comes in its own time, and would lie above the next card.
    await world.teams.until(() => noticesTo(walker.chat).length === 1);
    world.passTime(HOUR_MS);
    const second = { ...walker, mobile: newMobile() };
    await enroll(world, second);
    world.passTime(HOUR_MS);

    const third = newMobile();
    await prove(second);
    await second.chat.tap('setMobile', { mobile: third });
    await second.chat.tap('confirmOldCode', { code: world.code(second.mobile) });
    expect(await second.chat.tap('confirmCode', { code: world.code(third) })).toBe(
      'enrollment.done',
    );
    expect(await startReset(second)).toBe('refused numberTooNew');
    world.passTime(22 * HOUR_MS);
    expect(await startReset(second)).toBe('refused numberTooNew');
    world.passTime(HOUR_MS + MINUTE_MS);
    expect(await startReset({ ...second, mobile: third })).toBe('reset.code');
  });

  it('kills the code of a reset under way, and the verified flow too', async () => {
    const walker = await newPlanted(world);
    const { chat, account } = walker;
    await startReset(walker);
    expect(await world.administer(['revoke', account])).toMatchObject({ flows: 1 });
    const before = world.auditRows();
    expect(await chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
      'home flowExpired',
    );
    expect(world.audit(before)).toEqual([]);

    const other = await newPlanted(world);
    await startReset(other);
    await other.chat.tap('confirmCode', { code: world.code(other.mobile) });
    await world.administer(['revoke', other.account]);
    const writes = world.directory.writes.length;
    const typed = { newPassword: PASSWORD, confirmPassword: PASSWORD };
    expect(await other.chat.tap('setPassword', typed)).toBe('home flowExpired');
    expect(world.directory.writes.length).toBe(writes);
  });

  it('kills the code of an enrollment under way', async () => {
    const walker = newManager(world);
    await enrollToCode(world, walker);
    await world.administer(['revoke', walker.account]);
    expect(await walker.chat.tap('confirmCode', { code: world.code(walker.mobile) })).toBe(
      'home flowExpired',
    );
    expect(await numbersOf(walker.account)).toEqual([]);
  });
}
