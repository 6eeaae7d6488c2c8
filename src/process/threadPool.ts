import { availableParallelism } from 'node:os';
import process from 'node:process';
import { MOST_HASHES_AT_ONCE } from '../domain/passwords/hashing.ts';

const SIZE = 'UV_THREADPOOL_SIZE';
/** Threads beside the hashing ones: each commit is flushed on one, and names are looked up. */
const OTHERS = 4;

/**
 * Makes Node's pool wide enough for a hash on each core, with nothing else waiting behind them. Node
 * reads the size when the pool gets its first work, so this comes before all else.
 */
export function widenThreadPool(cores = availableParallelism()): void {
  const needed = Math.min(cores, MOST_HASHES_AT_ONCE) + OTHERS;
  // The pool's own variable, which Node reads from here alone: no setting of the product.
  const chosen = Number(process.env[SIZE] ?? '0');
  if (!(chosen >= needed)) process.env[SIZE] = String(needed);
}
