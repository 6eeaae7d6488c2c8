import { describe, expect, it } from '@jest/globals';
import { nameOf } from '../support/connector.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { newPlanted, startReset } from '../support/walks.ts';

const NEW_PASSWORD = 'Kaffekanna-Blomma-42';
const postgres = await postgresOfSuite();
const house = await houseOfSuite({
  entrance: 'door',
  databaseUrl: await postgres.createDatabase('bot'),
});

/** The next search of the directory waits until the tap at the other instance is taken. */
function holdNextSearch() {
  const isAsked = Promise.withResolvers<void>();
  const isTaken = Promise.withResolvers<void>();
  house.directory.fault = ({ name }) => {
    if (name !== 'search') return undefined;
    house.directory.fault = undefined;
    isAsked.resolve();
    return { until: isTaken.promise };
  };
  return { isAsked, isTaken };
}

describe('a failure that comes late at one does not cover the card of a tap that the other took', () => {
  it.each([
    ['the directory', () => Promise.resolve(void (house.directory.fault = () => 'drop'))],
    ['the database', () => house.database.query('alter table manager rename to gone')],
  ])('of %s', async (_, fail) => {
    const walker = await newPlanted(house);
    const { chat, mobile } = walker;
    expect(await startReset(walker)).toBe('reset.code');
    const elsewhere = await house.chatAtAnother(chat);
    elsewhere.reload();
    const { isAsked, isTaken } = holdNextSearch();
    const code = house.code(mobile);
    const late = chat.sendTap(chat.button('confirmCode'), { code });
    await isAsked.promise;
    expect(await elsewhere.tap('confirmCode', { code })).toBe('reset.newPassword');
    await fail();
    isTaken.resolve();
    const { card } = await late;
    house.heal();
    await house.database.query('alter table if exists gone rename to manager');
    expect(nameOf(card)).toBe('reset.newPassword');
    chat.reload();
    const typed = { newPassword: NEW_PASSWORD, confirmPassword: NEW_PASSWORD };
    expect(await chat.tap('setPassword', typed)).toBe('reset.done');
  });

  it('of the directory, at the start of a flow', async () => {
    const { chat, account, mobile } = await newPlanted(house);
    await chat.say('status');
    const elsewhere = await house.chatAtAnother(chat);
    elsewhere.reload();
    const { isAsked, isTaken } = holdNextSearch();
    const late = chat.sendTap(chat.button('reset', account));
    await isAsked.promise;
    expect(await elsewhere.tap('reset', {}, account)).toBe('reset.code');
    house.directory.fault = () => 'drop';
    isTaken.resolve();
    expect(nameOf((await late).card)).toBe('reset.code');
    house.heal();
    expect(house.codes(mobile)).toHaveLength(1);
  });
});
