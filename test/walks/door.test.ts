import { houseOfSuite } from '../support/ofSuite.ts';
import { walkEveryFlow } from './everyFlow.ts';

walkEveryFlow(await houseOfSuite({ entrance: 'door' }));
