import { houseOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from './everyFlow.ts';
import { REMINDED, walkReminder } from './reminder.ts';

walkFlows(await houseOfSuite({ ...REMINDED, entrance: 'door' }), 'cards');
// Each sweep is of all accounts of a house.
walkReminder(await houseOfSuite({ ...REMINDED, entrance: 'door' }));
