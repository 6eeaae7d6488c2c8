import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { GROUPS, walkFlows } from './everyFlow.ts';
import { REMINDED_BY_SUBMIT, walkReminder } from './reminder.ts';
import { walkSubmits } from './submits.ts';

const start = () => houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' });
const [own, reminded] = [await start(), await start()];
const houses = await Promise.all(GROUPS.map(async (group) => [group, await start()] as const));

describe('through the port, with CARD_ACTIONS=submit', () => {
  for (const [group, house] of houses) walkFlows(house, group);
  walkSubmits(own);
  walkReminder(reminded);
});
