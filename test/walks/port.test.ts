import { describe } from '@jest/globals';
import { houseOfSuite } from '../support/ofSuite.ts';
import { walkMainJob } from './mainJob.ts';
import { REMINDED, REMINDED_BY_SUBMIT } from './reminder.ts';
import { walkSubmits } from './submits.ts';

const house = await houseOfSuite({ ...REMINDED, entrance: 'port' });
const submits = await houseOfSuite({ ...REMINDED_BY_SUBMIT, entrance: 'port' });

describe('through the port, with signed activities', () => {
  walkMainJob(house);
});

describe('through the port, with Action.Submit alone', () => {
  walkMainJob(submits);
  walkSubmits(submits);
});
