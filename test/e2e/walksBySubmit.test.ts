import { describe } from '@jest/globals';
import { productOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from '../walks/everyFlow.ts';
import { REMINDED_BY_SUBMIT, walkReminder } from '../walks/reminder.ts';
import { walkSubmits } from '../walks/submits.ts';

const product = await productOfSuite(REMINDED_BY_SUBMIT);

describe('with CARD_ACTIONS=submit', () => {
  walkEveryFlow(product);
  walkSubmits(product);
});
walkReminder(await productOfSuite(REMINDED_BY_SUBMIT));
