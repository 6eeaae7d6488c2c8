import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import { Secret } from '../../../src/domain/secret.ts';
import type { PostgresServer } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import { endChildren } from './child.ts';
import { rekeySuite } from './rekeySuite.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());
afterEach(endChildren);

describe('the store on PostgreSQL', () => {
  rekeySuite(async () => {
    const url = await server.createDatabase(`d${randomUUID()}`);
    const query = (text: string) => server.query(text, [], url);
    return {
      options: { kind: 'postgres', url: new Secret(url) },
      disarm: [],
      query,
      async dump() {
        const tables = await query(
          `select table_name from information_schema.tables where table_schema = 'public'`,
        );
        const rows = tables.map(({ table_name }) =>
          query(`select to_json(t)::text from "${String(table_name)}" t`),
        );
        return JSON.stringify(await Promise.all(rows));
      },
      remove: () => Promise.resolve(),
    };
  });
});
