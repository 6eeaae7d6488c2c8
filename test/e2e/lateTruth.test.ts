import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  FIRST_PASSWORD,
  MINUTE_MS,
  newEnrolled,
  newName,
  resetToPassword,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const product = await productOfSuite();

/** Loses one write and its answer; gives how often the account was read since. */
async function loseWrite(walker: Walker): Promise<() => number> {
  await resetToPassword(product, walker);
  let isLost = false;
  let looks = 0;
  product.directory.fault = ({ name, dn }) => {
    if (isLost && name === 'search' && dn === product.accountsBase) looks += 1;
    if (name !== 'modify' || isLost) return undefined;
    isLost = true;
    return 'drop';
  };
  expect(await walker.chat.tap('setPassword', both)).toBe('reset.unknown');
  return () => looks;
}

describe('the message on which the outcome of a write was unknown', () => {
  it('is left to the reset that was begun on it', async () => {
    const walker = await newEnrolled(product);
    const looks = await loseWrite(walker);
    product.passTime(MINUTE_MS);
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    const before = looks();
    await product.teams.until(() => looks() >= before + 3, 20_000);
    await pause(200);
    expect(walker.chat.reload()).toBe('reset.code');
    expect(await walker.chat.tap('confirmCode', { code: product.code(walker.mobile) })).toBe(
      'reset.newPassword',
    );
  });

  it('is left to the flow on another account that was begun on it', async () => {
    const walker = await newEnrolled(product);
    const { chat, mobile } = walker;
    const other = newName('grupp');
    product.account(other, chat.dn, FIRST_PASSWORD);
    product.passTime(MINUTE_MS);
    await enroll(product, { chat, account: other, mobile });
    product.passTime(11 * MINUTE_MS);
    const rows = product.auditRows();
    await loseWrite(walker);
    product.passTime(MINUTE_MS);
    await chat.tap('home');
    expect(await chat.tap('reset', {}, other)).toBe('reset.code');
    await product.teams.until(
      () => product.audit(rows).some(({ event }) => event === 'reset.verified'),
      30_000,
    );
    await pause(500);
    expect(chat.reload()).toBe('reset.code');
  });
});
