import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED, walkReminder } from '../walks/reminder.ts';

const product = await productOfSuite(REMINDED);
walkFlows(product, 'others');
walkFlows(product, 'cards');
walkReminder(await productOfSuite(REMINDED));
