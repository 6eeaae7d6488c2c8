import { productOfSuite } from '../support/ofSuite.ts';
import { WALKED, walkEveryFlow } from '../walks/everyFlow.ts';

walkEveryFlow(await productOfSuite(WALKED));
