import { productOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from '../walks/everyFlow.ts';
import { REMINDED_BY_SUBMIT } from '../walks/reminder.ts';

const product = await productOfSuite(REMINDED_BY_SUBMIT);
walkFlows(product, 'desk');
walkFlows(product, 'deskLimits');
