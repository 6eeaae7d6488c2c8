import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import type { Kysely } from 'kysely';
import { DatabaseError, Pool, types } from 'pg';
import type { PoolClient, QueryResult } from 'pg';
import { z } from 'zod';
import type { Secret } from '../../domain/secret.ts';
import type { Log } from '../../ports/log.ts';
import type { StoreError } from '../../ports/store.ts';
import type { Began, Engine } from './engine.ts';
import { storeFailure } from './errors.ts';
import { createQueries } from './queries.ts';
import type { Tables } from './tables.ts';

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement after this time, waiting for locks included. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** A server that does not even say so is given up later than that. */
const SILENCE_MS = 2_000;
/** A transaction that an instance forgot must not keep an account's lock from the others. */
const FORGOTTEN_TRANSACTION_MS = 15_000;
const CLOCK = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';
/**
 * The bounds of each transaction stand in the packet that begins it: a pooler before the server takes
 * no start-up parameters for them, and gives each transaction another session.
 */
const beginning = (statementTimeoutMs: number): string =>
  `begin isolation level read committed; select ${CLOCK} as now,` +
  ` set_config('statement_timeout', '${statementTimeoutMs}', true),` +
  ` set_config('idle_in_transaction_session_timeout', '${FORGOTTEN_TRANSACTION_MS}', true)`;
/** A row that was written stays locked until the end of the transaction. */
const LOCK = 'insert into lock (name) values ($1) on conflict (name) do update set name = $1';

const beginningSchema = z.tuple([
  z.unknown(),
  z.object({ rows: z.tuple([z.object({ now: z.number() })]) }),
]);

function createPool(url: Secret, statementTimeoutMs: number, log: Log): Pool {
  const pool = new Pool({
    connectionString: url.reveal(),
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    // Queries that are asked for at once are sent at once, and answered in their order.
    pipeline: true,
    types: {
      // bigint: our largest values are epoch milliseconds, far below 2^53.
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  });
  const lost = (error: Error): void => {
    log.warn({ error: storeFailure(error).message }, 'a database connection was lost');
  };
  pool.on('error', lost);
  // The pool's own listener covers idle connections only; one that is dropped inside a transaction
  // would end the process.
  pool.on('connect', (client) => client.on('error', lost));
  return pool;
}

const identityRows = z.array(
  z.object({ may: z.boolean().optional(), identity: z.string().optional() }),
);

/** One connection for the length of one transaction. */
interface Session {
  readonly db: Kysely<Tables>;
  begin(): Promise<Began>;
  run(text: string, values?: readonly unknown[]): Promise<QueryResult>;
  /** Nothing more is done by `db`, or it would be done behind the ROLLBACK. */
  rollBack(): Promise<void>;
  /** The first error: what comes after it in the transaction is only its consequence. */
  failure(): StoreError | undefined;
  end(): void;
}

const queriesBy = createQueries({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

function openSession(client: PoolClient, begin: string): Session {
  let isOpen = true;
  let isBroken = false;
  let failure: StoreError | undefined;
  let isHeldBack = false;

  /** What is asked for before anybody waits for an answer goes out in one packet. */
  function holdBack(): void {
    if (isHeldBack) return;
    isHeldBack = true;
    const { stream } = client.connection;
    stream.cork();
    process.nextTick(() => {
      isHeldBack = false;
      stream.uncork();
    });
  }

  async function query(text: string, values: readonly unknown[] = []): Promise<QueryResult> {
    if (!isOpen) throw new Error('a query came after the end of its work');
    holdBack();
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      // After an ERROR the connection still knows where it is; after anything else it may not.
      if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') isBroken = true;
      throw (failure ??= storeFailure(error));
    }
  }

  let isOver = false;
  const db = queriesBy(async ({ sql: text, parameters }) => {
    if (isOver) throw new Error('a query came after the end of its work');
    const { rows, rowCount } = await query(text, parameters);
    return { rows, ...(rowCount === null ? {} : { numAffectedRows: BigInt(rowCount) }) };
  });
  return {
    db,
    async begin() {
      // Two statements in one message: of such, `pg` gives a list of results.
      const results: unknown = await query(begin);
      return { now: beginningSchema.parse(results)[1].rows[0].now, at: performance.now() };
    },
    run: query,
    async rollBack() {
      isOver = true;
      // What cannot be rolled back is on a connection that is thrown away.
      if (!isBroken) await query('rollback').catch(() => undefined);
    },
    failure: () => failure,
    end() {
      isOpen = false;
      client.release(isBroken);
    },
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw storeFailure(error);
  }
}

/**
 * A PostgreSQL database; TLS as the URL says (`sslmode=verify-full&sslrootcert=…`).
 * @param statementTimeoutMs longer for migrations
 */
export function openPostgres(
  url: Secret,
  log: Log,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
): Engine {
  let pool: Pool;
  try {
    pool = createPool(url, statementTimeoutMs, log);
  } catch (error) {
    throw storeFailure(error);
  }
  const begin = beginning(statementTimeoutMs);
  const newSession = async (): Promise<Session> => openSession(await connect(pool), begin);

  /** Each statement sees what is committed when it begins; the transaction is there for its bounds. */
  async function reading<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await newSession();
    try {
      const [, result] = await Promise.all([session.begin(), work(session)]);
      return result;
    } finally {
      // Nothing was written: its answer need not be waited for.
      void session.rollBack();
      session.end();
    }
  }

  let ended: Promise<void> | undefined;
  return {
    kind: 'postgres',
    clock: sql.raw<number>(CLOCK),

    async transact({ lock, open, work, end }) {
      const session = await newSession();
      try {
        const [began, , opened] = await Promise.all([
          session.begin(),
          lock === undefined ? undefined : session.run(LOCK, [lock]),
          open(session.db),
        ]);
        const result = await work(session.db, began, opened);
        const last = await end(session.db);
        // COMMIT would roll back without an error.
        const failure = session.failure();
        if (failure !== undefined) throw failure;
        await Promise.all([
          ...last.map(({ sql: text, parameters }) => session.run(text, parameters)),
          session.run('commit'),
        ]);
        return result;
      } catch (error) {
        await session.rollBack();
        throw error;
      } finally {
        session.end();
      }
    },

    read: (work) => reading(({ db }) => work(db)),

    async lock(db, name) {
      await db.executeQuery(CompiledQuery.raw(LOCK, [name]));
    },

    identity: () =>
      reading(async ({ run }) => {
        // Where the role may not ask for it, another answer must not look like another database.
        const asked = `select has_function_privilege('pg_control_system()', 'execute') as may`;
        const [{ may } = {}] = identityRows.parse((await run(asked)).rows);
        if (may !== true) return undefined;
        // A restore makes the table anew; in another cluster it may get the same number.
        const { rows } = await run(
          `select system_identifier || ':' || 'database_identity'::regclass::oid as identity
           from pg_control_system()`,
        );
        return identityRows.parse(rows)[0]?.identity;
      }),

    close: () => (ended ??= pool.end()),
  };
}
