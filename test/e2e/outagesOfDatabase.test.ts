import { describeOutages } from './outageSuite.ts';

describeOutages('database');
