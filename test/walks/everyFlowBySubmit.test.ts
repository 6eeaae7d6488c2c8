import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from './everyFlow.ts';
import { REMINDED_BY_SUBMIT, walkReminder } from './reminder.ts';
import { walkSubmits } from './submits.ts';

const house = await houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' });

describe('through the port, with CARD_ACTIONS=submit', () => {
  walkEveryFlow(house);
  walkSubmits(house);
});
walkReminder(await houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' }));
