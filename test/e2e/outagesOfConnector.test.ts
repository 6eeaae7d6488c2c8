import { describeOutages } from './outageSuite.ts';

describeOutages('connector');
