import { describeOutages } from './outageSuite.ts';

describeOutages('sms');
