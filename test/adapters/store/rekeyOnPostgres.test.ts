import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { PostgresServer } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import { endChildren } from './child.ts';
import { rawPostgres } from './rawPostgres.ts';
import { rekeySuite } from './rekeySuite.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
afterEach(endChildren);

describe('the store on PostgreSQL', () => {
  rekeySuite(() => rawPostgres(server));
});
