import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { WALKED } from './everyFlow.ts';
import { walkMainJob } from './mainJob.ts';
import { walkUnlock } from './unlock.ts';

const house = await houseOfSuite({ ...WALKED, entrance: 'port' });

describe('through the port, with signed activities', () => {
  walkMainJob(house);
  walkUnlock(house);
});
