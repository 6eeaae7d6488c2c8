import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from './everyFlow.ts';
import { REMINDED_BY_SUBMIT } from './reminder.ts';

const house = await houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' });

describe('through the port, with CARD_ACTIONS=submit', () => {
  walkFlows(house, 'told');
});
