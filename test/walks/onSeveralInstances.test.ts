import { expect, it } from '@jest/globals';
import { hastened } from '../support/haste.ts';
import { houseOfSuite, postgresOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, resetToPassword } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const twice = { newPassword: GOOD, confirmPassword: GOOD };
const FIRST_PAUSE_MS = 500;

const postgres = await postgresOfSuite();
const house = await houseOfSuite({
  entrance: 'door',
  databaseUrl: await postgres.createDatabase('bot'),
  circumstances: {
    // No search for an outcome gets beyond its first pause.
    delay: async (ms, signal) => {
      await hastened(ms, signal);
      if (ms !== FIRST_PAUSE_MS || signal?.aborted !== false) return;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  },
});

it('a password typed again at several instances is tried by one bind: the lockout stays two away', async () => {
  const walker = await newEnrolled(house);
  const { chat, accountDn, mobile } = walker;
  await resetToPassword(house, walker);
  house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
  expect(await chat.tap('setPassword', twice)).toBe('reset.unknown');
  house.directory.fault = undefined;
  // The last two passwords are not counted by the directory.
  for (const end of ['a', 'b', 'c']) house.directory.setPassword(accountDn, `Nagon-Annan-${end}`);
  expect(await chat.tap('reset')).toBe('reset.code');
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
