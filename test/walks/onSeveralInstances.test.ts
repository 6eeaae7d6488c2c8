import { describe, expect, it } from '@jest/globals';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, resetToPassword, startReset } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const twice = { newPassword: GOOD, confirmPassword: GOOD };

const postgres = await postgresOfSuite();
const house = await houseOfSuite({
  entrance: 'door',
  databaseUrl: await postgres.createDatabase('bot'),
});

describe('a password that an earlier reset sent, typed again at several instances at once', () => {
  it('is tried by one bind alone: the directory’s lockout stays two binds away', async () => {
    const { chat, account, accountDn, accountId, mobile } = await newEnrolled(house);
    await resetToPassword(house, { chat, account, accountDn, accountId, mobile });
    house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
    expect(await chat.tap('setPassword', twice)).toBe('reset.unknown');
    house.directory.fault = undefined;
    await house.teams.until(() => chat.reload() === 'reset.done', 20_000);
    // The last two passwords are not counted by the directory.
    for (const end of ['a', 'b', 'c']) house.directory.setPassword(accountDn, `Nagon-Annan-${end}`);
    expect(await startReset({ chat, account, accountDn, accountId, mobile })).toBe('reset.code');
    await chat.tap('confirmCode', { code: house.code(mobile) });
    // Two failures of others leave one bind to the bot.
    house.directory.put(accountDn, 'badPwdCount', '2');
    const [setAt] = house.directory.get(accountDn, 'pwdLastSet');
    house.directory.put(accountDn, 'badPasswordTime', setAt!);

    const button = chat.button('setPassword');
    const elsewhere = await Promise.all([house.chatAtAnother(chat), house.chatAtAnother(chat)]);
    const binds = house.directory.bindsOf(accountDn);
    house.directory.fault = ({ name, dn }) =>
      name === 'bind' && dn === accountDn ? { delayMs: 300 } : undefined;
    await Promise.all([chat, ...elsewhere].map((one) => one.tapButton(button, twice)));
    expect(house.directory.bindsOf(accountDn) - binds).toBe(1);
  });
});
