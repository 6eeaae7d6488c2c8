import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { walkMainJob } from './mainJob.ts';
import { REMINDED, walkReminder } from './reminder.ts';
import { walkUnlock } from './unlock.ts';

const house = await houseOfSuite({ ...REMINDED, entrance: 'port' });

describe('through the port, with signed activities', () => {
  walkMainJob(house);
  walkUnlock(house);
  walkReminder(house);
});
