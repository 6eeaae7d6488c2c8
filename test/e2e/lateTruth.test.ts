import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  FIRST_PASSWORD,
  newEnrolled,
  newName,
  resetToPassword,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const house = await houseOfSuite();

/** Loses one write and its answer; gives how often the account was read since. */
async function loseWrite(walker: Walker): Promise<() => number> {
  await resetToPassword(house, walker);
  let isLost = false;
  let looks = 0;
  house.directory.fault = ({ name, dn }) => {
    if (isLost && name === 'search' && dn === house.accountsBase) looks += 1;
    if (name !== 'modify' || isLost) return undefined;
    isLost = true;
    return 'drop';
  };
  expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
  return () => looks;
}

describe('the message on which the outcome of a write was unknown', () => {
  it('is left to the reset that was begun on it', async () => {
    const walker = await newEnrolled(house);
    const looks = await loseWrite(walker);
    house.passTime(MINUTE_MS);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    const before = looks();
    await house.teams.until(() => looks() >= before + 3);
    await pause(200);
    expect(walker.chat.reload()).toBe('reset.code');
    expect(await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('is left to the flow on another account that was begun on it', async () => {
    const walker = await newEnrolled(house);
    const { chat, mobile } = walker;
    const other = newName('grupp');
    house.account(other, chat.dn, FIRST_PASSWORD);
    house.passTime(MINUTE_MS);
    await enroll(house, { chat, account: other, mobile });
    house.passTime(11 * MINUTE_MS);
    const rows = house.auditRows();
    await loseWrite(walker);
    house.passTime(MINUTE_MS);
    await chat.tap('home');
    expect(await chat.tap('reset', {}, other)).toBe('reset.code');
    await house.teams.until(() =>
      house.audit(rows).some(({ event }) => event === 'reset.verified'),
    );
    await pause(500);
    expect(chat.reload()).toBe('reset.code');
  });
});
