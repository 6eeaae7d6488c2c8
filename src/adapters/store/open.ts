import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditEvent } from '../../domain/audit.ts';
import type { Log } from '../../ports/log.ts';
import { StoreError } from '../../ports/errors.ts';
import type { Store, StoreTransaction } from '../../ports/store/store.ts';
import { auditStatements } from './audit/auditChain.ts';
import { openAuditLog, type AuditLog } from './audit/auditLog.ts';
import { createKeyring, type EncryptionKey, type Keyring } from './sealing/crypto.ts';
import type { Began, Engine } from './engine/engine.ts';
import { OPENS_NOTHING, ofOnePart, patiently, transactPatiently } from './engine/engine.ts';
import { isConflict } from './engine/errors.ts';
import { endFlowsOfCopy } from './sealing/restored.ts';
import { flowQueries } from './tables/flows.ts';
import { hasFormerEntries, knownSalt, saltOf } from './tables/passwordHistory.ts';
import { readsOf, transactionOf } from './transaction.ts';
import { createDigester } from './sealing/passwordDigests.ts';
import { openPostgres } from './engine/postgres.ts';
import type { PostgresOptions } from './engine/postgresPool.ts';
import { migrate, schemaAhead, schemaBehind, schemaState } from './schema/schema.ts';
import type { Ask } from './schema/schema.ts';
import { openSealed, type SealedValues } from './sealing/rekey.ts';
import { databaseFile, openSqlite } from './engine/sqlite.ts';
import type { Scope } from './schema/scope.ts';
import { createTelling, type Hearing } from './sealing/trusted.ts';

export type DatabaseOptions =
  | { readonly kind: 'sqlite'; readonly directory: string }
  | ({ readonly kind: 'postgres' } & PostgresOptions);

export interface StoreOptions {
  readonly database: DatabaseOptions;
  /** The first encrypts, all decrypt. */
  readonly keys: readonly EncryptionKey[];
  /** Names this process in audit rows. */
  readonly instance: string;
  /** For the bot: an old schema is migrated at once, not refused; a restored backup's operations end. */
  readonly migrate: boolean;
  /** For tests: the memory of a slow hash, KiB; absent: as much as keeps it safe. */
  readonly hashMemoryKiB?: number | undefined;
  /** Told of each audit row once it is kept. */
  readonly audited?: ((event: AuditEvent) => void) | undefined;
}

/** The store with the parts that only `main` and the administration need. */
export interface OpenStore extends Store {
  readonly audit: AuditLog;
  /** By the keys with which the store was opened. */
  readonly sealed: SealedValues;
  /** How many stored values these keys could not read, or not find. */
  unreadableBy(keys: readonly EncryptionKey[]): Promise<number>;
  /** Transactions that begin from now on use these; those under way end with the earlier ones. */
  renewKeys(keys: readonly EncryptionKey[]): void;
}

const READY_TIMEOUT_MS = 1_000;
const MIGRATION_STATEMENT_TIMEOUT_MS = 10 * 60_000;

function openEngine(database: DatabaseOptions, log: Log, statementTimeoutMs?: number): Engine {
  return database.kind === 'sqlite'
    ? openSqlite(database.directory)
    : openPostgres(database, log, statementTimeoutMs);
}

/**
 * Migrates a database's schema, for the administration.
 * @throws StoreError when it cannot; the schema is then as it was.
 */
export async function migrateStore(
  database: DatabaseOptions,
  keys: readonly EncryptionKey[],
  log: Log,
): Promise<void> {
  requireDatabase(database);
  await bringUp(database, createKeyring(keys), log);
}

async function bringUp(database: DatabaseOptions, keys: Keyring, log: Log): Promise<void> {
  const engine = openEngine(database, log, MIGRATION_STATEMENT_TIMEOUT_MS);
  try {
    const state = await schemaState(engine);
    if (state === 'ahead') throw schemaAhead();
    if (state === 'current') return;
    await migrate(engine, keys);
    log.info({}, 'the database schema was brought up');
  } finally {
    await engine.close();
  }
}

/**
 * Whether the database is current and can be written. True also while another process is writing: a turn
 * waits for that, this check need not.
 */
async function isServing(engine: Engine): Promise<boolean> {
  const ask: Ask = (work) =>
    patiently(() => engine.transact(ofOnePart((db) => engine.touch(db).then(() => work(db)))), 0);
  const state = await schemaState(engine, ask).catch((error: unknown) => {
    if (!isConflict(error)) throw error;
    return schemaState(engine, (work) => engine.read(work));
  });
  return state === 'current';
}

/**
 * Only the bot makes a database: an empty one that belongs to an administrator would keep the bot from its
 * own.
 */
function requireDatabase(database: DatabaseOptions): void {
  if (database.kind !== 'sqlite' || existsSync(databaseFile(database.directory))) return;
  const where = `no database yet in ${database.directory}`;
  throw new StoreError('unavailable', `${where}: the bot makes it at its first start`);
}

/**
 * Opens the database with a current schema.
 * @throws StoreError when it cannot be opened, or its schema is old and may not be migrated
 */
export async function openStore(options: StoreOptions, log: Log): Promise<OpenStore> {
  let keys = createKeyring(options.keys);
  if (!options.migrate) requireDatabase(options.database);
  const engine = openEngine(options.database, log);
  let seen: Began;
  try {
    const state = await schemaState(engine);
    if (state === 'ahead') throw schemaAhead();
    if (state === 'behind') {
      if (!options.migrate) throw schemaBehind();
      await bringUp(options.database, keys, log);
    }
    // The bot alone: its log has to tell of this, and the administration may come first.
    if (options.migrate) await endFlowsOfCopy(engine, keys, log);
    seen = await transactPatiently(engine, async (_db, now) => ({ now, at: performance.now() }));
  } catch (error) {
    await engine.close();
    throw error;
  }

  const digester = createDigester({ memoryKiB: options.hashMemoryKiB });
  const clock = (): number => Math.floor(seen.now + performance.now() - seen.at);
  const telling = createTelling(log);
  const readingScope = (db: Scope['db'], hearing: Hearing): Scope => ({
    ...{ db, keys, ...hearing },
    now: clock(),
    isWriting: false,
  });

  function transact<O, T>(
    start: {
      readonly lock?: string;
      open(db: Scope['db'], hearing: Hearing): Promise<O>;
    },
    work: (tx: StoreTransaction, opened: O) => Promise<T>,
  ): Promise<T> {
    // One transaction has the same keys from its beginning to its end.
    const own = keys;
    return telling((left) =>
      engine.transact({
        lock: start.lock,
        open: (db) => start.open(db, left.hearing),
        work(db, began, opened) {
          seen = began;
          const scope = { db, keys: own, now: began.now, ...left.hearing, isWriting: true };
          return work(transactionOf(scope, engine, left, options.audited), opened);
        },
        end: (db) =>
          auditStatements(db, engine.clock, left.events, {
            instance: options.instance,
            keys: own,
          }),
      }),
    );
  }

  return {
    audit: openAuditLog(engine, () => keys),
    sealed: openSealed(engine, keys),

    unreadableBy: (others) => openSealed(engine, createKeyring(others)).countLost(),

    renewKeys(others) {
      keys = createKeyring(others);
    },

    transaction: (work) => transact(OPENS_NOTHING, work),

    transactionOn: ({ flow, lock }, work) =>
      transact(
        {
          lock,
          open: (db, hearing) => flowQueries.flow(readingScope(db, hearing), flow.id, flow),
        },
        work,
      ),

    read: (work) =>
      telling(({ hearing }) => engine.read((db) => work(readsOf(readingScope(db, hearing))))),

    now: clock,

    async digestPasswords(accountId, passwords, signal) {
      const known = await telling(({ hearing: { distrust } }) =>
        engine.read(async (db) => {
          const salt = await knownSalt(db, accountId);
          const scope = { db, keys, distrust };
          return {
            salt,
            hasFormer: salt !== undefined && (await hasFormerEntries(scope, accountId)),
          };
        }),
      );
      const salt = known.salt ?? (await transactPatiently(engine, (db) => saltOf(db, accountId)));
      return digester.digest({ salt, hasFormer: known.hasFormer }, passwords, signal);
    },

    isReady() {
      const isLate = pause(READY_TIMEOUT_MS, false, { ref: false });
      return Promise.race([isServing(engine).catch(() => false), isLate]);
    },

    close() {
      digester.forget();
      return engine.close();
    },
  };
}
