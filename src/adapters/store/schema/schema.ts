import { sql, type Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { StoreError } from '../../../ports/errors.ts';
import type { Keyring } from '../sealing/crypto.ts';
import { transactPatiently, type Engine } from '../engine/engine.ts';
import { isDenied, isMissingTable, storeFailure } from '../engine/errors.ts';
import { migrationsFor } from './migrations.ts';
import type { Tables } from './tables.ts';

/** `behind`: migrations are missing. `ahead`: a newer build has migrated this database. */
export type SchemaState = 'current' | 'behind' | 'ahead';

/** Not Kysely's default names, which may belong to another program in the same database. */
const MIGRATION_TABLE = 'bot_migration';
const MIGRATION_LOCK_TABLE = 'bot_migration_lock';
/** A fixed number of our own: instances that start together migrate one after another. */
const MIGRATION_LOCK = 7_305_118_264;

export type Ask = <T>(work: (db: Kysely<Tables>) => Promise<T>) => Promise<T>;

/** Reads the applied migrations; needs no right to change the schema. */
export async function schemaState(
  engine: Engine,
  ask: Ask = (work) => transactPatiently(engine, work),
): Promise<SchemaState> {
  const wanted = Object.keys(migrationsFor(engine.kind));
  try {
    const rows = await ask((db) => db.selectFrom(MIGRATION_TABLE).select('name').execute());
    const applied = new Set(rows.map(({ name }) => name));
    if (wanted.some((name) => !applied.has(name))) return 'behind';
    return applied.size > wanted.length ? 'ahead' : 'current';
  } catch (error) {
    if (isMissingTable(error)) return 'behind';
    throw error;
  }
}

/**
 * Migrates the schema, all of it or nothing; several instances may try at once.
 * @throws StoreError when the role may not, with the advice to run `admin migrate`.
 */
export async function migrate(engine: Engine, keys: Keyring): Promise<void> {
  const migrations = migrationsFor(engine.kind, keys);
  try {
    await transactPatiently(engine, async (db) => {
      if (engine.kind === 'postgres') {
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(db);
      }
      const migrator = new Migrator({
        db,
        provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
        migrationTableName: MIGRATION_TABLE,
        migrationLockTableName: MIGRATION_LOCK_TABLE,
        // It runs inside the transaction that `db` is in already.
        disableTransactions: true,
      });
      const { error } = await migrator.migrateToLatest();
      if (error !== undefined) throw storeFailure(error);
    });
  } catch (error) {
    if (isDenied(error)) throw schemaBehind(error);
    throw error;
  }
}

export function schemaBehind(cause?: unknown): StoreError {
  return new StoreError(
    'unavailable',
    'the database schema is older than this build: run `admin migrate` with a role that may change it',
    { cause },
  );
}

export function schemaAhead(): StoreError {
  return new StoreError('unavailable', 'the database schema is newer than this build');
}
