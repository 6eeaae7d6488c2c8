import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newPlanted, resetToPassword, type Walker } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

const house = await houseOfSuite({ entrance: 'door' });

/** Has the password written, and hides the write from the bot: gives the button that wrote it. */
async function loseAnswer(walker: Walker) {
  await resetToPassword(house, walker);
  const button = walker.chat.button('setPassword');
  house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
  const tap = walker.chat.sendTap(button, both);
  await house.teams.until(() => house.directory.hasPassword(walker.accountDn, GOOD));
  house.directory.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
  walker.chat.card = (await tap).card;
  expect(walker.chat.shown).toBe('reset.unknown');
  return button;
}

const verifiedOf = ({ accountId }: Walker): number =>
  house.audit().filter((row) => row.event === 'reset.verified' && row.account === accountId).length;

/** Begins anew, as a manager does who has not heard the outcome. */
async function startOver(walker: Walker): Promise<void> {
  const { chat, account, mobile } = walker;
  house.passTime(MINUTE_MS);
  await chat.say('status');
  expect(await chat.tap('reset', {}, account)).toBe('reset.code');
  expect(await chat.tap('confirmCode', { code: house.code(mobile) })).toBe('reset.newPassword');
}

describe('a write whose answer was lost', () => {
  it('keeps its card where the directory does not answer to the password typed again', async () => {
    const walker = await newPlanted(house);
    const button = await loseAnswer(walker);
    expect(await walker.chat.tapButton(button, both)).toBe('reset.unknown');
    house.directory.fault = undefined;
    await house.teams.until(() => walker.chat.reload() === 'reset.done');
  });

  it('stays one that is looked for though its manager answers no more, and is refused meanwhile, after five times without a look', async () => {
    const walker = await newPlanted(house);
    const { accountDn, chat } = walker;
    const rightTime = house.directory.clock;
    await resetToPassword(house, walker);
    const button = chat.button('setPassword');
    // Neither a bind nor the time of the change tells whose it is.
    house.directory.denyNetworkLogon(accountDn);
    house.directory.clock = () => rightTime() + 10 * MINUTE_MS;
    house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    expect(await chat.tapButton(button, both)).toBe('reset.unknown');
    house.directory.fault = undefined;
    house.directory.clock = rightTime;

    house.directory.put(accountDn, 'manager', []);
    expect(await chat.tapButton(button, both)).toBe('refused notResponsible');
    house.directory.put(accountDn, 'manager', chat.dn);
    expect(await chat.tapButton(button, both)).toBe('reset.unknown');
    house.directory.put(accountDn, 'manager', []);
    for (let time = 2; time <= 5; time += 1) {
      expect(await chat.tapButton(button, both)).toBe('refused notResponsible');
    }
    house.directory.put(accountDn, 'manager', chat.dn);
    expect(await chat.tapButton(button, both)).toBe('refused notResponsible');
    expect(verifiedOf(walker)).toBe(0);
  });

  it('is proved in the next flow by the same password, and nothing is written twice', async () => {
    const walker = await newPlanted(house);
    await loseAnswer(walker);
    const writes = house.directory.writes.length;
    house.directory.fault = undefined;
    await house.teams.until(() => verifiedOf(walker) === 1);
    await startOver(walker);
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
    expect(house.directory.writes.length).toBe(writes);
    expect(house.directory.hasPassword(walker.accountDn, GOOD)).toBe(true);
    expect(await house.database.query('select id from failure')).toEqual([]);

    // From now on it is one that was used before.
    await startOver(walker);
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.newPassword passwordUsedBefore');
  });

  it('is proved in the flow that was begun on its card', async () => {
    const walker = await newPlanted(house);
    await loseAnswer(walker);
    house.passTime(MINUTE_MS);
    house.directory.fault = undefined;
    expect(await walker.chat.tap('reset')).toBe('reset.code');
    await house.teams.until(() => verifiedOf(walker) === 1);
    await walker.chat.tap('confirmCode', { code: house.code(walker.mobile) });
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.done');
  });

  it('proves no earlier password that is not in force', async () => {
    const walker = await newPlanted(house);
    await loseAnswer(walker);
    house.directory.fault = undefined;
    await house.teams.until(() => verifiedOf(walker) === 1);
    house.directory.setPassword(walker.accountDn, 'Nagon-Annans-77');
    await startOver(walker);
    expect(await walker.chat.tap('setPassword', both)).toBe('reset.newPassword passwordUsedBefore');
    expect(house.directory.hasPassword(walker.accountDn, 'Nagon-Annans-77')).toBe(true);
    const other = { newPassword: 'Tallskog-Morgon-61', confirmPassword: 'Tallskog-Morgon-61' };
    expect(await walker.chat.tap('setPassword', other)).toBe('reset.done');
  });
});
