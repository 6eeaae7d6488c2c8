import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely, RawBuilder } from 'kysely';
import { isConflict } from './errors.ts';
import type { Tables } from './tables.ts';

/** One database. Its errors are StoreErrors already; what `work` throws besides passes unchanged. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres';
  /** The database's own clock, epoch ms. */
  readonly clock: RawBuilder<number>;
  /** One try of one transaction: committed when `work` resolves, else rolled back. */
  transact<T>(work: Work<T>): Promise<T>;
  /** Of this database and none of its copies and restored backups; undefined where it cannot be told. */
  identity(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What is done in a transaction; `now` is the database's clock at its start, epoch ms. */
export type Work<T> = (db: Kysely<Tables>, now: number) => Promise<T>;

/** How long a transaction that loses to others is run again, ms. */
const CONFLICT_PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/** Runs the transaction, again and again while it loses to another one; then gives its last error. */
export async function transactPatiently<T>(engine: Engine, work: Work<T>): Promise<T> {
  const giveUpAt = performance.now() + CONFLICT_PATIENCE_MS;
  for (let longest = FIRST_PAUSE_MS; ; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
    try {
      return await engine.transact(work);
    } catch (error) {
      if (!isConflict(error) || performance.now() > giveUpAt) throw error;
    }
    // Jitter, or two that collided would collide again.
    await pause(Math.random() * longest);
  }
}
