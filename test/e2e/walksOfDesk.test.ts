import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED } from '../walks/reminder.ts';

const product = await productOfSuite(REMINDED);
walkFlows(product, 'desk');
walkFlows(product, 'deskLimits');
