import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED } from '../walks/reminder.ts';

const product = await productOfSuite(REMINDED);
walkFlows(product, 'told');
walkFlows(product, 'numbers');
walkFlows(product, 'codes');
