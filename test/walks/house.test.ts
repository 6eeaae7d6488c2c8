import { afterAll, beforeAll, describe } from '@jest/globals';
import { startHouse, type House } from '../support/house.ts';
import { WALKED, walkEveryFlow } from './everyFlow.ts';

describe.each(['door', 'port'] as const)('in the test’s process, through the %s', (entrance) => {
  let house: House;
  beforeAll(async () => {
    house = await startHouse({ ...WALKED, entrance });
  });
  afterAll(async () => {
    await house.stop();
  });

  walkEveryFlow(() => house);
});
