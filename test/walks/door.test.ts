import { houseOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from './everyFlow.ts';
import { REMINDED } from './reminder.ts';

walkEveryFlow(await houseOfSuite({ ...REMINDED, entrance: 'door' }));
