import { describe, expect, it } from '@jest/globals';
import type { Fault } from '../../demo/directory/fault.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, resetToPassword, type Walker } from '../support/walks.ts';

/** The demo directory refuses it: its signs are of one kind. */
const TOO_SIMPLE = 'kaffekannablomma';
const GOOD = 'Kaffekanna-Blomma-42';
const twice = (password: string) => ({ newPassword: password, confirmPassword: password });

const house = await houseOfSuite({ entrance: 'door' });

/** Revokes the number while the directory has the change that `tap` sends, which it answers after that. */
async function revokeDuring(
  { account }: Walker,
  tap: () => Promise<string>,
  faultAfter: (isRevoked: Promise<void>) => Fault,
): Promise<string> {
  const asked = Promise.withResolvers<void>();
  const revoked = Promise.withResolvers<void>();
  house.directory.fault = ({ name }) => {
    if (name !== 'modify') return undefined;
    asked.resolve();
    return faultAfter(revoked.promise);
  };
  const shown = tap();
  await asked.promise;
  expect(await house.administer(['revoke', account])).toMatchObject({ numbers: 1, flows: 0 });
  revoked.resolve();
  const card = await shown;
  house.directory.fault = undefined;
  return card;
}

describe('a number that is revoked while a change is on its way', () => {
  it('sets no password after one that the directory refuses', async () => {
    const walker = await newEnrolled(house);
    const { chat, accountDn } = walker;
    await resetToPassword(house, walker);
    const tap = () => chat.tap('setPassword', twice(TOO_SIMPLE));
    expect(await revokeDuring(walker, tap, (until) => ({ until }))).toBe(
      'reset.newPassword passwordRefusedByDirectory',
    );
    const writes = house.directory.writes.length;
    expect(await chat.tap('setPassword', twice(GOOD))).toBe('home flowExpired');
    expect(house.directory.writes.length).toBe(writes);
    expect(house.directory.hasPassword(accountDn, GOOD)).toBe(false);
  });

  it('unlocks nothing after a failure of the directory', async () => {
    const walker = await newEnrolled(house);
    const { chat, account, accountDn, mobile } = walker;
    house.directory.lock(accountDn);
    await chat.say('status');
    await chat.tap('unlock', {}, account);
    const code = house.code(mobile);
    const tap = () => chat.tap('confirmCode', { code });
    const slow = { delayMs: 1_000, then: 'drop' } as const;
    expect(await revokeDuring(walker, tap, () => slow)).toBe('unlock.code directoryUnavailable');
    expect(await chat.tap('confirmCode')).toBe('home flowExpired');
    expect(Number(house.directory.get(accountDn, 'lockoutTime')[0])).toBeGreaterThan(0);
  });
});
