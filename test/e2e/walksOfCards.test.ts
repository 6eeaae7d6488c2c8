import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED_BY_SUBMIT, walkReminder } from '../walks/reminder.ts';

const product = await productOfSuite(REMINDED_BY_SUBMIT);
walkFlows(product, 'others');
walkFlows(product, 'cards');
walkReminder(await productOfSuite(REMINDED_BY_SUBMIT));
