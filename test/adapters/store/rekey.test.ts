import { afterEach, describe } from '@jest/globals';
import { endChildren } from './child.ts';
import { rawSqlite } from './rawSqlite.ts';
import { rekeySuite } from './rekeySuite.ts';

afterEach(endChildren);

describe('the store on SQLite', () => {
  rekeySuite(rawSqlite);
});
