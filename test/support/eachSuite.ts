import { afterAll } from '@jest/globals';
import { endSuite } from './suiteEnd.ts';

// Jest runs this before each test file.
afterAll(endSuite);
