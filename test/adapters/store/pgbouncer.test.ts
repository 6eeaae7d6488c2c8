import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { ofOnePart } from '../../../src/adapters/store/engine/engine.ts';
import { openStore } from '../../../src/adapters/store/open.ts';
import { openPostgres } from '../../../src/adapters/store/engine/postgres.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { storeContract } from '../../contracts/store.ts';
import { postgresOfSuite } from '../../support/ofSuite.ts';
import { atSuiteEnd } from '../../support/suiteEnd.ts';
import { startPgbouncer } from '../../support/pgbouncer.ts';
import { silentLog, someKey } from './support.ts';

const server = await postgresOfSuite();
const pooler = await startPgbouncer(server);
atSuiteEnd(() => pooler.stop());

const newDatabase = async () => pooler.through(await server.createDatabase(`d${randomUUID()}`));
const keys = [someKey('k1')];
const optionsAt = (url: string) => ({
  database: { kind: 'postgres' as const, url: new Secret(url) },
  keys,
  instance: 'one',
  migrate: true,
});

describe('the store on PostgreSQL behind PgBouncer', () => {
  storeContract(async () => {
    const options = optionsAt(await newDatabase());
    const one = await openStore(options, silentLog);
    const other = await openStore({ ...options, instance: 'other' }, silentLog);
    return {
      one,
      other,
      async close() {
        await one.close();
        await other.close();
      },
    };
  });
});

describe('a session behind PgBouncer', () => {
  const BOUNDS = `select current_setting('statement_timeout') as statement,
    current_setting('idle_in_transaction_session_timeout') as idle`;

  it('is bounded in each transaction and each reading, and left as it was', async () => {
    const url = await newDatabase();
    const engine = openPostgres({ url: new Secret(url) }, silentLog);
    const bounds = { statement: '5s', idle: '15s' };
    const ask: Parameters<typeof engine.read>[0] = async (db) =>
      (await sql.raw(BOUNDS).execute(db)).rows;
    expect(await engine.transact(ofOnePart(ask))).toEqual([bounds]);
    expect(await engine.read(ask)).toEqual([bounds]);
    await engine.close();
    const left = await server.query(BOUNDS, [], url);
    expect(left).toEqual([{ statement: '0', idle: '0' }]);
  });

  it('ends a statement that takes too long', async () => {
    const engine = openPostgres({ url: new Secret(await newDatabase()) }, silentLog, 100);
    const sleep: Parameters<typeof engine.read>[0] = (db) => sql`select pg_sleep(60)`.execute(db);
    await expect(engine.transact(ofOnePart(sleep))).rejects.toThrow('57014');
    await expect(engine.read(sleep)).rejects.toThrow('57014');
    await engine.close();
  });
});

describe('a database that does not let the bot in', () => {
  it.each([
    ['by PgBouncer', pooler.through(server.url), 'password authentication failed'],
    ['by PostgreSQL', server.url, 'password authentication failed for user "postgres"'],
  ])('is named in its own words: %s', async (_by, url, words) => {
    const wrong = url.replace(/:[^:@]+@/, ':canary-password@');
    const refused: unknown = await openStore(optionsAt(wrong), silentLog).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ name: 'StoreError', code: 'unavailable' });
    expect(String(refused)).toContain(words);
    expect(String(refused)).not.toContain('canary');
  });

  it('is named in its own words where a start-up parameter is refused', async () => {
    const refused = openStore(
      optionsAt(`${await newDatabase()}?options=-c%20jit%3Doff`),
      silentLog,
    );
    await expect(refused).rejects.toThrow('unsupported startup parameter: options');
  });
});
