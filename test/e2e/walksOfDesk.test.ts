import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED } from '../walks/reminder.ts';

walkFlows(await productOfSuite(REMINDED), 'desk');
