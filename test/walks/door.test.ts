import { houseOfSuite } from '../support/ofSuite.ts';
import { WALKED, walkEveryFlow } from './everyFlow.ts';

walkEveryFlow(await houseOfSuite({ ...WALKED, entrance: 'door' }));
