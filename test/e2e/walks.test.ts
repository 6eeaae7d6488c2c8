import { productOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from '../walks/everyFlow.ts';
import { REMINDED, walkReminder } from '../walks/reminder.ts';

walkEveryFlow(await productOfSuite(REMINDED));
walkReminder(await productOfSuite(REMINDED));
