import { describeOutages } from './outageSuite.ts';

describeOutages('directory');
