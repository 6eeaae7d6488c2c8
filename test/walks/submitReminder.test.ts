import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { REMINDED_BY_SUBMIT, walkReminder } from './reminder.ts';

const house = await houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' });

describe('through the port, with CARD_ACTIONS=submit', () => {
  walkReminder(house);
});
