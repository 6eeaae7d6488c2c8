import { describeOutages } from './outageSuite.ts';

describeOutages('login');
