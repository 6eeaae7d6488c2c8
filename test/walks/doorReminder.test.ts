import { houseOfSuite } from '../support/ofSuite.ts';
import { REMINDED, walkReminder } from './reminder.ts';

walkReminder(await houseOfSuite({ ...REMINDED, entrance: 'door' }));
