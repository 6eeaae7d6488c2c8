import { closeSync, fdatasync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { StoreError } from '../../../ports/errors.ts';
import { storeFailure } from './errors.ts';

/**
 * Waits until everything written before the call is on the disk. Simultaneous callers share one `sync`,
 * which begins after the last of their calls: one flush serves many commits. After a failed `sync` the
 * disk's contents are unknown, so every later call rejects too.
 */
export function createGroupSync(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;

  return () => {
    next ??= running.then(() => {
      next = undefined;
      running = sync();
      return running;
    });
    return next;
  };
}

/** SQLite's file of commits that the database file does not hold yet (https://www.sqlite.org/wal.html). */
export interface CommitLog {
  /** Resolves when everything committed before the call would outlive a power failure. */
  synced(): Promise<void>;
  /** @throws StoreError once a flush has failed: later commits could not be kept either. */
  requireWhole(): void;
  /** Lets the waiting callers get their answer. */
  close(): Promise<void>;
}

/**
 * The log of the open database in `file`. It stays the same file as long as the database is open anywhere,
 * and SQLite keeps its locks on the other two, the database and -shm: this one may be opened beside it.
 */
export function openCommitLog(database: DatabaseSync, file: string): CommitLog {
  // SQLite makes the log when it first reads.
  database.exec('select count(*) from sqlite_schema');
  // For writing: Windows flushes nothing else.
  const log = openSync(`${file}-wal`, 'r+');
  const flush = promisify(fdatasync);
  const synced = createGroupSync(() => flush(log));
  let failure: StoreError | undefined;
  let newest: Promise<void> = Promise.resolve();
  return {
    async synced() {
      newest = synced();
      try {
        await newest;
      } catch (error) {
        throw (failure ??= storeFailure(error));
      }
    },
    requireWhole() {
      if (failure !== undefined) throw failure;
    },
    async close() {
      await newest.catch(() => undefined);
      closeSync(log);
    },
  };
}
