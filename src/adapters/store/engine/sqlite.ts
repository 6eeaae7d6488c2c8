import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import { CompiledQuery, sql, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Kysely, QueryResult } from 'kysely';
import { openCommitLog } from './commitLog.ts';
import { createPrivateFile, prepareDataDirectory } from './dataDirectory.ts';
import { StoreError } from '../../../ports/errors.ts';
import { createQueries, storedInteger, type Engine, type Transaction } from './engine.ts';
import { storeFailure } from './errors.ts';
import type { Tables } from '../schema/tables.ts';

const FILE = 'bot.sqlite';
/** For opening only, while another process may be recovering the file. */
const OPEN_TIMEOUT_MS = 5_000;
const KEPT_STATEMENTS = 500;
/** The type of every integer column, as the migrations have it. */
const INTEGER_TYPE = 'bigint';
const CLOCK = "cast(round(unixepoch('subsec') * 1000) as integer)";

/** Where the database of a data directory is. */
export function databaseFile(directory: string): string {
  return join(directory, FILE);
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw storeFailure(error);
  }
}

function openFile(directory: string): DatabaseSync {
  prepareDataDirectory(directory);
  const path = createPrivateFile(directory, FILE);
  return attempt(() => {
    const database = new DatabaseSync(path, { timeout: OPEN_TIMEOUT_MS });
    const [mode] = database.prepare('pragma journal_mode = wal').all();
    if (mode?.['journal_mode'] !== 'wal') {
      throw new StoreError('unavailable', 'SQLite cannot keep its log on this file system');
    }
    database.exec(
      // NORMAL: SQLite flushes the log only around a checkpoint; openCommitLog flushes each commit before
      // its answer, without holding up the process as FULL would.
      'pragma synchronous = normal; pragma foreign_keys = on;' +
        // node:sqlite waits inside the call, which would hold up the whole process, and for ever if the
        // holder lives in it too: patiently() waits instead.
        'pragma busy_timeout = 0;' +
        // Commits that a former process could not flush would stay a hole in the log.
        'pragma wal_checkpoint(truncate);',
    );
    return database;
  });
}

/** A statement that SQLite has read. */
interface Prepared {
  readonly statement: StatementSync;
  /** The columns that it gives, and which of them were made for integers; none: it gives no rows. */
  readonly columns: readonly { readonly name: string; readonly isInteger: boolean }[];
}

type Cell = Exclude<SQLOutputValue, bigint>;

/**
 * A cell as a query expects it. SQLite keeps a value of any type in any column, and one that was written
 * without the keys must not end the work. Bytes stay: a list in the order of their column goes on behind them.
 */
function toCell(value: SQLOutputValue | undefined, isInteger: boolean): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint' || typeof value === 'number') return storedInteger(value);
  return isInteger ? 0 : value;
}

/** Reads each statement once: its text is the same from transaction to transaction. */
function preparedOn(database: DatabaseSync): (text: string) => Prepared {
  const known = new Map<string, Prepared>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    // Lists of different lengths give ever new texts.
    if (known.size >= KEPT_STATEMENTS) known.clear();
    const statement = database.prepare(text);
    // By itself node:sqlite throws at an integer that a number cannot hold.
    statement.setReadBigInts(true);
    const columns = statement
      .columns()
      .map(({ name, type }) => ({ name, isInteger: type === INTEGER_TYPE }));
    const prepared = { statement, columns };
    known.set(text, prepared);
    return prepared;
  };
}

interface Progress {
  isOpen: boolean;
  /** The first error of a statement. */
  failure: StoreError | undefined;
}

const queriesBy = createQueries({
  createAdapter: () => new SqliteAdapter(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** Queries that answer only while the work is under way. */
function queriesOn(prepare: (text: string) => Prepared, progress: Progress): Kysely<Tables> {
  function ask<Row>({ sql: text, parameters }: CompiledQuery): QueryResult<Row> {
    if (!progress.isOpen) throw new Error('a query came after the end of its work');
    // The types that our queries pass: strings, numbers and null.
    const values = parameters as SQLInputValue[];
    try {
      const { statement, columns } = prepare(text);
      if (columns.length === 0) {
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
      }
      const rows = statement.all(...values).map((row) => {
        const cells: Record<string, Cell> = {};
        for (const { name, isInteger } of columns) cells[name] = toCell(row[name], isInteger);
        return cells;
      });
      return { rows: rows as Row[] };
    } catch (error) {
      throw (progress.failure ??= storeFailure(error));
    }
  }

  return queriesBy(async (query) => ask(query));
}

/** The embedded database in `directory`; one connection, one transaction at a time. */
export function openSqlite(directory: string): Engine {
  const database = openFile(directory);
  const log = attempt(() => openCommitLog(database, databaseFile(directory)));
  const prepare = preparedOn(database);
  /**
   * The database's clock, and how many rows this connection has changed so far: tables that a migration
   * makes are not counted, but it writes its own row too.
   */
  const clockAndChanges = (): { readonly now: number; readonly changes: number } =>
    attempt(() => {
      const row = prepare(`select ${CLOCK} as now, total_changes() as changes`).statement.get();
      return { now: Number(row?.['now']), changes: Number(row?.['changes']) };
    });
  const path = databaseFile(directory);
  const numberOfFile = (): bigint | undefined =>
    statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  const opened = numberOfFile();
  /** @throws StoreError where a backup was put back meanwhile: what others do in that file is not seen here. */
  function requireInPlace(): void {
    if (numberOfFile() === opened) return;
    const what = `the open database is gone from its place, ${path}`;
    throw new StoreError('unavailable', `${what}: start the bot anew`);
  }
  let last: Promise<unknown> = Promise.resolve();
  const run = (statement: string): void => {
    attempt(() => {
      database.exec(statement);
    });
  };

  /** Runs `work` when all earlier work has ended: on one connection two transactions would be one. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function withQueries<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    const progress: Progress = { isOpen: true, failure: undefined };
    try {
      const result = await work(queriesOn(prepare, progress));
      // As PostgreSQL does it: SQLite itself would keep the statements before a failed one.
      if (progress.failure !== undefined) throw progress.failure;
      return result;
    } finally {
      progress.isOpen = false;
    }
  }

  /** Gives the result, and whether rows were changed. */
  async function transactOnce<O, T>({ open, work, end }: Transaction<O, T>) {
    log.requireWhole();
    requireInPlace();
    // IMMEDIATE: data read under the write lock is still true when it is written.
    run('begin immediate');
    try {
      const { now, changes } = clockAndChanges();
      const at = performance.now();
      const result = await withQueries(async (db) => {
        const done = await work(db, { now, at }, await open(db));
        for (const statement of await end(db)) await db.executeQuery(statement);
        return done;
      });
      const hasChanged = clockAndChanges().changes !== changes;
      run('commit');
      return { result, hasChanged };
    } catch (error) {
      if (database.isTransaction) run('rollback');
      throw error;
    }
  }

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    await last;
    await log.close();
    database.close();
  }

  return {
    kind: 'sqlite',
    clock: sql.raw<number>(CLOCK),
    // The lock is had: a transaction holds the whole database from its beginning.
    async transact(transaction) {
      // The next transaction need not wait for the disk: its own commit lies behind this one in the log.
      const { result, hasChanged } = await inTurn(() => transactOnce(transaction));
      if (hasChanged) await log.synced();
      return result;
    },
    read: (work) =>
      inTurn(() => {
        log.requireWhole();
        return withQueries(work);
      }),
    lock: () => Promise.resolve(),
    async touch(db) {
      // No query reads this number; setting it writes the first page to the log.
      await db.executeQuery(CompiledQuery.raw('pragma user_version = 0'));
    },
    async identity() {
      // A file system without times of birth gives none, or that of the last change: just now.
      const file = createPrivateFile(directory, FILE);
      const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true });
      if (birthtimeNs === 0n || birthtimeNs === ctimeNs) return undefined;
      // A file that took the place of a removed one is another, also where it got its number.
      return `${String(ino)}:${String(birthtimeNs)}`;
    },
    close: () => (closed ??= close()),
  };
}
