import { productOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from '../walks/everyFlow.ts';
import { REMINDED, walkReminder } from '../walks/reminder.ts';

walkEveryFlow(await productOfSuite());
walkReminder(await productOfSuite(REMINDED));
