import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { hastened } from '../support/haste.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import {
  enroll,
  newPlanted,
  newMobile,
  newName,
  reset,
  resetToPassword,
  startReset,
  type Walker,
} from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const OTHER = 'Tallskog-Morgon-61';
const FOREIGN = 'Nagon-Annans-77';
const twice = (password: string) => ({ newPassword: password, confirmPassword: password });

/** A search for an outcome that begins meanwhile waits for this in its first pause. */
let heldUntil: Promise<void> | undefined;
const FIRST_PAUSE_MS = 500;
// As Active Directory does by default (KB906305).
const house = await houseOfSuite({
  entrance: 'door',
  oldPasswordAllowedMs: HOUR_MS,
  circumstances: {
    delay: (ms, signal) =>
      ms === FIRST_PAUSE_MS && heldUntil !== undefined ? heldUntil : hastened(ms, signal),
  },
});

const verified = ({ accountId }: Walker): string[] =>
  house
    .audit()
    .filter(({ account, event }) => account === accountId && event === 'reset.verified')
    .map(({ result, reason }) => [result, ...(reason === null ? [] : [reason])].join(' '));

/**
 * Has the password written and the answer lost; calling the returned function begins the search for the
 * outcome.
 */
async function loseAnswer(walker: Walker): Promise<() => void> {
  await resetToPassword(house, walker);
  const { promise, resolve } = Promise.withResolvers<void>();
  heldUntil = promise;
  house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
  expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe('reset.unknown');
  house.directory.fault = undefined;
  heldUntil = undefined;
  return resolve;
}

/** An enrolled colleague who is a manager of the account too. */
async function newColleague({ chat, account, accountDn, accountId }: Walker): Promise<Walker> {
  const colleague = house.manager(newName('Kollega'));
  const group = house.directory.group(newName('grp'), [chat.dn, colleague.dn]);
  house.directory.put(accountDn, 'manager', group.dn);
  const walker = { chat: colleague, account, accountDn, accountId, mobile: newMobile() };
  expect(await enroll(house, walker)).toBe('enrollment.done');
  return walker;
}

describe('a lost write whose password binds though it was replaced meanwhile', () => {
  it('is not taken for done where a colleague’s reset replaced it', async () => {
    const walker = await newPlanted(house);
    const colleague = await newColleague(walker);
    const goOn = await loseAnswer(walker);
    expect(await reset(house, colleague, OTHER)).toBe('reset.done');
    goOn();
    await house.teams.until(() => verified(walker).length > 0);
    expect(verified(walker)).toEqual(['refused flowExpired']);
    await house.teams.until(() => walker.chat.reload() === 'home flowExpired');
  });

  it('is not taken for done where it was replaced later than the write can have come', async () => {
    const walker = await newPlanted(house);
    const goOn = await loseAnswer(walker);
    const rightTime = house.directory.clock;
    house.directory.clock = () => rightTime() + 10 * MINUTE_MS;
    house.directory.setPassword(walker.accountDn, FOREIGN);
    house.directory.clock = rightTime;
    goOn();
    await house.teams.until(() => verified(walker).length > 0);
    expect(verified(walker)).toEqual(['refused flowExpired']);
  });

  it('is not proved by its password in the next flow', async () => {
    const walker = await newPlanted(house);
    const goOn = await loseAnswer(walker);
    goOn();
    await house.teams.until(() => walker.chat.reload() === 'reset.done');
    house.directory.setPassword(walker.accountDn, FOREIGN);
    house.passTime(MINUTE_MS);
    expect(await startReset(walker)).toBe('reset.code');
    await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) });
    const binds = house.directory.bindsOf(walker.accountDn);
    expect(await walker.chat.tap('setPassword', twice(GOOD))).toBe(
      'reset.newPassword passwordUsedBefore',
    );
    expect(house.directory.bindsOf(walker.accountDn)).toBe(binds);
  });

  it('is done where nobody has replaced it', async () => {
    const walker = await newPlanted(house);
    const goOn = await loseAnswer(walker);
    goOn();
    await house.teams.until(() => walker.chat.reload() === 'reset.done');
    expect(verified(walker)).toEqual(['ok']);
  });
});
