import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, DefaultQueryExecutor, DummyDriver } from 'kysely';
import type { CompiledQuery, RawBuilder, DatabaseConnection, Dialect, QueryResult } from 'kysely';
import { isConflict, isUnserved } from './errors.ts';
import type { Tables } from '../schema/tables.ts';

/** One database. Its errors are StoreErrors already; other exceptions of the work pass unchanged. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres';
  /** The database's own clock, epoch ms. */
  readonly clock: RawBuilder<number>;
  /**
   * One try of one transaction: committed, and on the disk, when it resolves. Rolled back when it rejects,
   * unless the commit itself failed: then it may have been kept.
   */
  transact<O, T>(transaction: Transaction<O, T>): Promise<T>;
  /** Runs statements that only read, each by itself: it sees the state committed when it begins. */
  read<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Holds the named lock until the end of the transaction that `db` is in. */
  lock(db: Kysely<Tables>, name: string): Promise<void>;
  /** Has the transaction's commit write, without a change, so that it fails where nothing more can be written. */
  touch(db: Kysely<Tables>): Promise<void>;
  /**
   * Identifies this database and none of its copies and restored backups; undefined where it cannot be
   * told.
   */
  identity(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * A transaction in its parts. Simultaneous statements of one part go to PostgreSQL in one packet: the round
 * trip is the cost.
 */
export interface Transaction<O, T> {
  /** Held from the beginning to the end. */
  readonly lock?: string | undefined;
  /** Reads under the lock, before anything else. */
  readonly open: (db: Kysely<Tables>) => Promise<O>;
  readonly work: (db: Kysely<Tables>, began: Began, opened: O) => Promise<T>;
  /** Gives the last statements, whose answers are not awaited. */
  readonly end: (db: Kysely<Tables>) => Promise<readonly CompiledQuery[]>;
}

/** When a transaction began: before it waited for its lock. */
export interface Began {
  /** The database's clock, epoch ms. */
  readonly now: number;
  /** The same moment by `performance.now()`. */
  readonly at: number;
}

/** The work of a transaction of one part; `now` is the database's clock at its start, epoch ms. */
type Work<T> = (db: Kysely<Tables>, now: number) => Promise<T>;

/** How long a transaction that loses to others is run again, ms. */
const CONFLICT_PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** Nothing is read before the work. */
export const OPENS_NOTHING = { open: () => Promise.resolve(undefined) };

/** A transaction that only has work to do. */
export function ofOnePart<T>(work: Work<T>): Transaction<undefined, T> {
  return {
    ...OPENS_NOTHING,
    work: (db, { now }) => work(db, now),
    end: () => Promise.resolve([]),
  };
}

/** Runs the transaction, again and again while it loses to another one; then gives its last error. */
export function transactPatiently<T>(engine: Engine, work: Work<T>): Promise<T> {
  return patiently(() => engine.transact(ofOnePart(work)));
}

/** The same for statements that only read. */
export function readPatiently<T>(
  engine: Engine,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return patiently(() => engine.read(work));
}

/**
 * Runs work that may lose to another transaction again and again, and once more where a server served no
 * more: the connections to it are gone then. Gives the last error.
 */
export async function patiently<T>(
  attempt: () => Promise<T>,
  patienceMs = CONFLICT_PATIENCE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  let wasServed = true;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const isFirstUnserved = wasServed && isUnserved(error);
      if (isFirstUnserved) wasServed = false;
      else if (!isConflict(error) || performance.now() > giveUpAt) throw error;
    }
    // Jitter: without it two transactions that collided would collide again.
    await pause(Math.random() * longest);
  }
}

/** No time and no count of the bot's comes near; arithmetic with it stays exact, and it is still a date. */
const FURTHEST = 2 ** 52;

/**
 * A stored integer as a number. One further away than any of the bot's was written without the keys: read
 * as the furthest, it keeps no list from being worked off.
 */
export function storedInteger(value: bigint | number | string): number {
  return Math.max(-FURTHEST, Math.min(FURTHEST, Number(value)));
}

/** Far below the values that one statement may have: 32 766 in SQLite, 65 535 in PostgreSQL. */
const ROWS_AT_ONCE = 500;

/** The rows in parts, one for each statement. */
export function* batches<T>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Sends one statement, and gives its rows or how many it has changed. */
type Send = <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>;

/** Kysely's knowledge of a database, without the way there. */
type Syntax = Omit<Dialect, 'createDriver'>;

/**
 * Makes queries that go out by `send`. Kysely by itself would hand out a connection for each, from
 * a pool of its own: the engines do that, once for each piece of work.
 */
export function createQueries(syntax: Syntax): (send: Send) => Kysely<Tables> {
  const dialect: Dialect = { ...syntax, createDriver: () => new DummyDriver() };
  const compiler = dialect.createQueryCompiler();
  const adapter = dialect.createAdapter();
  const driver = dialect.createDriver();
  return (send) => {
    const connection: DatabaseConnection = { executeQuery: send, streamQuery: neverStreamed };
    const provider = {
      provideConnection: <T>(consumer: (only: DatabaseConnection) => Promise<T>): Promise<T> =>
        consumer(connection),
    };
    const executor = new DefaultQueryExecutor(compiler, adapter, provider);
    return new Kysely<Tables>({ config: { dialect }, dialect, driver, executor });
  };
}

function neverStreamed(): never {
  throw new Error('queries are not streamed');
}
