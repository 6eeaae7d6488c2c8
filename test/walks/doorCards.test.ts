import { houseOfSuite } from '../support/ofSuite.ts';
import { walkFlows } from './everyFlow.ts';
import { REMINDED, walkReminder } from './reminder.ts';

const house = await houseOfSuite({ ...REMINDED, entrance: 'door' });
walkFlows(house, 'cards');
walkReminder(house);
