import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { Secret } from '../../../src/domain/secret.ts';
import type { PostgresServer } from '../../support/postgres.ts';
import type { RawDatabase } from './bench.ts';

/** A new database of the server, empty or a copy of `from`, looked into over one connection: the server needs a process for each. */
export async function rawPostgres(server: PostgresServer, from?: string): Promise<RawDatabase> {
  const url = await server.createDatabase(`d${randomUUID()}`, from);
  const client = new Client({ connectionString: url });
  await client.connect();
  const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
  return {
    options: { kind: 'postgres', url: new Secret(url) },
    disarm: ['alter table audit disable trigger all'],
    query,
    async dump() {
      const tables = await query(
        `select table_name from information_schema.tables where table_schema = 'public'`,
      );
      const rows: unknown[] = [];
      for (const { table_name } of tables) {
        rows.push(await query(`select to_json(t)::text from "${String(table_name)}" t`));
      }
      return JSON.stringify(rows);
    },
    remove: () => client.end(),
  };
}
