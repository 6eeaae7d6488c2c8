import { expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../src/domain/durations.ts';
import { OPERATION_LOST_MS } from '../../src/domain/flows/lifetime.ts';
import { SLOW_WRITE_MS } from '../../src/domain/flows/lostWrite.ts';
import { houseOfSuite } from '../support/ofSuite.ts';
import { newPlanted, resetToPassword } from '../support/walks.ts';

const GOOD = 'Kaffekanna-Blomma-42';
const both = { newPassword: GOOD, confirmPassword: GOOD };

/** How long after its sending a change may be that of a write: the slowest write, and clocks that differ. */
const LATEST_MS = OPERATION_LOST_MS + SLOW_WRITE_MS + 5 * MINUTE_MS;

const house = await houseOfSuite({ entrance: 'door' });

it('knows a late change by the last time that its password was sent', async () => {
  const walker = await newPlanted(house);
  const { chat } = walker;
  const rightTime = house.directory.clock;
  await resetToPassword(house, walker);
  house.directory.fault = ({ name }) => (name === 'modify' ? 'drop' : undefined);
  expect(await chat.tap('setPassword', both)).toBe('reset.unknown');
  house.directory.fault = undefined;
  const notDone = 'reset.newPassword directoryUnavailable';
  await house.teams.until(() => chat.reload() === notDone);
  // By then a change may come after the second time, but no more after the first, six seconds earlier.
  house.directory.clock = () => rightTime() + LATEST_MS - 3_000;
  house.directory.fault = ({ name }) => (name === 'modify' ? 'applyThenDrop' : undefined);
  expect(await chat.tap('setPassword', both)).toBe('reset.unknown');
  house.directory.fault = undefined;
  await house.teams.until(() => chat.reload() !== 'reset.unknown');
  house.directory.clock = rightTime;
  expect(chat.shown).toBe('reset.done');
});
