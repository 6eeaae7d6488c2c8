import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { createPrivateFile, prepareDataDirectory } from './dataDirectory.ts';
import type { StoreError } from '../../ports/store.ts';
import type { Engine, Work } from './engine.ts';
import { storeFailure } from './errors.ts';
import type { Tables } from './tables.ts';

const FILE = 'bot.sqlite';
/** For opening only, while another process may be recovering the file. */
const OPEN_TIMEOUT_MS = 5_000;
const KEPT_STATEMENTS = 500;
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
    // FULL: in WAL mode NORMAL may lose the last commits at a power failure, and with them the
    // record that a password write is under way.
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;' +
        // node:sqlite waits inside the call, which would hold up the whole process, and for ever
        // if the holder lives in it too: waiting is done by transactPatiently.
        'pragma busy_timeout = 0;',
    );
    return database;
  });
}

/** A statement that SQLite has read, and whether it gives rows. */
interface Prepared {
  readonly statement: StatementSync;
  readonly reader: boolean;
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
    const prepared = { statement, reader: statement.columns().length > 0 };
    known.set(text, prepared);
    return prepared;
  };
}

/** What is known of the transaction under way. */
interface Progress {
  isOpen: boolean;
  /** The first error of a statement. */
  failure: StoreError | undefined;
}

/** node:sqlite with the face that Kysely's dialect knows; answers only while the transaction is open. */
function queriesOn(prepare: (text: string) => Prepared, progress: Progress): Kysely<Tables> {
  const query = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      throw (progress.failure ??= storeFailure(error));
    }
  };
  // The parameters are those that our queries pass: strings, numbers and null.
  const bound = (values: readonly unknown[]) => [...values] as SQLInputValue[];
  return new Kysely<Tables>({
    dialect: new SqliteDialect({
      database: {
        close: () => undefined,
        prepare(text) {
          if (!progress.isOpen) throw new Error('a query came after the end of its transaction');
          const { statement, reader } = query(() => prepare(text));
          return {
            reader,
            all: (values) => query(() => statement.all(...bound(values))),
            run: (values) => query(() => statement.run(...bound(values))),
            iterate: (values) => statement.iterate(...bound(values)),
          };
        },
      },
    }),
  });
}

/** The embedded database in `directory`; one connection, one transaction at a time. */
export function openSqlite(directory: string): Engine {
  const database = openFile(directory);
  const prepare = preparedOn(database);
  const now = (): number =>
    attempt(() => Number(prepare(`select ${CLOCK} as now`).statement.get()?.['now']));
  let last: Promise<unknown> = Promise.resolve();
  const run = (statement: string): void => {
    attempt(() => {
      database.exec(statement);
    });
  };

  async function once<T>(work: Work<T>): Promise<T> {
    const progress: Progress = { isOpen: true, failure: undefined };
    // IMMEDIATE: what is read under the write lock is still true when it is written.
    run('begin immediate');
    try {
      const result = await work(queriesOn(prepare, progress), now());
      // As PostgreSQL does it: SQLite itself would keep what went before a failed statement.
      if (progress.failure !== undefined) throw progress.failure;
      run('commit');
      return result;
    } catch (error) {
      if (database.isTransaction) run('rollback');
      throw error;
    } finally {
      progress.isOpen = false;
    }
  }

  return {
    kind: 'sqlite',
    clock: sql.raw<number>(CLOCK),
    transact(work) {
      const turn = last.then(() => once(work));
      last = turn.catch(() => undefined);
      return turn;
    },
    identity() {
      // A file system without times of birth gives none, or that of the last change: just now.
      const file = createPrivateFile(directory, FILE);
      const { ino, birthtimeNs, ctimeNs } = statSync(file, { bigint: true });
      if (birthtimeNs === 0n || birthtimeNs === ctimeNs) return Promise.resolve(undefined);
      // A file that took the place of a removed one is another, also where it got its number.
      return Promise.resolve(`${String(ino)}:${String(birthtimeNs)}`);
    },
    async close() {
      await last;
      if (database.isOpen) database.close();
    },
  };
}
