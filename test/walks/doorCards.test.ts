import { houseOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from './everyFlow.ts';
import { REMINDED } from './reminder.ts';

walkFlows(await houseOfSuite({ ...REMINDED, entrance: 'door' }), 'cards');
