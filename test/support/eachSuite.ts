import { afterAll, afterEach } from '@jest/globals';
import { endSuite, endTest } from './suiteEnd.ts';

// Jest runs this before each test file.
afterEach(endTest);
afterAll(endSuite);
