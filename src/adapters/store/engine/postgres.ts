import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely';
import type { Kysely } from 'kysely';
import { DatabaseError, type QueryResult } from 'pg';
import { z } from 'zod';
import type { Log } from '../../../ports/log.ts';
import type { StoreError } from '../../../ports/errors.ts';
import { createQueries, type Began, type Engine } from './engine.ts';
import { isNotSent, isUnserved, outcomeOfCommitUnknown, readOnly, storeFailure } from './errors.ts';
import { openConnections } from './postgresPool.ts';
import type { Condition, Connections, PostgresOptions } from './postgresPool.ts';
import type { Tables } from '../schema/tables.ts';

/** The server ends a statement after this time, waiting for locks included. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** A transaction that an instance forgot must not keep an account's lock from the others. */
const FORGOTTEN_TRANSACTION_MS = 15_000;
const CLOCK = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint';
/**
 * The bounds of each transaction stand in the packet that begins it: a pooler before the server takes
 * no start-up parameters for them, and gives each transaction another session.
 */
const beginning = (statementTimeoutMs: number): string =>
  `begin isolation level read committed; select ${CLOCK} as now,` +
  ` current_setting('transaction_read_only') as "readOnly",` +
  ` set_config('statement_timeout', '${statementTimeoutMs}', true),` +
  ` set_config('idle_in_transaction_session_timeout', '${FORGOTTEN_TRANSACTION_MS}', true)`;
/** A row that was written stays locked until the end of the transaction. */
const LOCK = 'insert into lock (name) values ($1) on conflict (name) do update set name = $1';

const beginningSchema = z.tuple([
  z.unknown(),
  z.object({ rows: z.tuple([z.object({ now: z.number(), readOnly: z.enum(['on', 'off']) })]) }),
]);

const identityRows = z.array(
  z.object({ may: z.boolean().optional(), identity: z.string().optional() }),
);

/** One connection for the length of one transaction. */
interface Session {
  readonly db: Kysely<Tables>;
  begin(): Promise<Began>;
  run(text: string, values?: readonly unknown[]): Promise<QueryResult>;
  /** No statement follows: it would run behind the ROLLBACK. */
  rollBack(): Promise<void>;
  /** The first error: later errors in the transaction are only its consequence. */
  failure(): StoreError | undefined;
  end(): void;
}

const queriesBy = createQueries({
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

async function openSession(connections: Connections, begin: string): Promise<Session> {
  const client = await connections.take();
  let isOpen = true;
  let condition: Condition = 'whole';
  let failure: StoreError | undefined;
  let isHeldBack = false;

  /** Statements that are sent before an answer is awaited go out in one packet. */
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

  function failed(error: unknown): StoreError {
    const known = storeFailure(error);
    // After an ERROR the connection still knows where it is; after anything else it may not.
    const isWhole = error instanceof DatabaseError && error.severity === 'ERROR';
    if (isUnserved(known)) condition = 'stale';
    else if (!isWhole && condition === 'whole') condition = 'broken';
    return (failure ??= known);
  }

  async function query(text: string, values: readonly unknown[] = []): Promise<QueryResult> {
    if (!isOpen) throw new Error('a query came after the end of its work');
    holdBack();
    try {
      return await client.query(text, [...values]);
    } catch (error) {
      throw failed(error);
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
      const [, { rows }] = beginningSchema.parse(results);
      const [{ now, readOnly: isReadOnly }] = rows;
      // A primary that lives on behind its successor would still answer, with outdated data.
      if (isReadOnly === 'on') throw failed(readOnly());
      return { now, at: performance.now() };
    },
    run: query,
    async rollBack() {
      isOver = true;
      // A transaction that cannot be rolled back is on a connection that is thrown away.
      if (condition === 'whole') await query('rollback').catch(() => undefined);
    },
    failure: () => failure,
    end() {
      isOpen = false;
      connections.giveBack(client, condition);
    },
  };
}

/**
 * A PostgreSQL database; TLS as the URL says (`sslmode=verify-full&sslrootcert=…`).
 * @param statementTimeoutMs longer for migrations
 */
export function openPostgres(
  options: PostgresOptions,
  log: Log,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
): Engine {
  const connections = openConnections(options, statementTimeoutMs, log);
  const begin = beginning(statementTimeoutMs);
  const newSession = (): Promise<Session> => openSession(connections, begin);

  /** Each statement sees the state committed when it begins; the transaction is there for its bounds. */
  async function reading<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await newSession();
    try {
      const [, result] = await Promise.all([session.begin(), work(session)]);
      return result;
    } finally {
      // Nothing was written: the answer need not be awaited.
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
        try {
          await Promise.all([
            ...last.map(({ sql: text, parameters }) => session.run(text, parameters)),
            session.run('commit'),
          ]);
        } catch (error) {
          // All of them are sent in one packet, or none.
          const isUnknown = isUnserved(error) && !isNotSent(error);
          throw isUnknown ? outcomeOfCommitUnknown(error) : error;
        }
        return result;
      } catch (error) {
        await session.rollBack();
        throw error;
      } finally {
        session.end();
      }
    },

    read: (work) => reading(({ db }) => work(db)),

    // A server whose log is full ends by itself, and one that is only read is found at each begin.
    touch: () => Promise.resolve(),

    async lock(db, name) {
      await db.executeQuery(CompiledQuery.raw(LOCK, [name]));
    },

    identity: () =>
      reading(async ({ run }) => {
        // Where the role may not ask for it, a different answer must not look like a different database.
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

    close: () => (ended ??= connections.close()),
  };
}
