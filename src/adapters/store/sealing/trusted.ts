import type { Log } from '../../../ports/log.ts';
import { StoreError } from '../../../ports/store/store.ts';
import { UnknownKeyError } from './crypto.ts';
import type { Place, SealUse } from './crypto.ts';
import type { Scope, TellDistrusted } from '../schema/scope.ts';

/** Places of one process that were logged; a flood of them must not fill its memory. */
const TOLD_AT_MOST = 10_000;

/**
 * The clear text; undefined where the value was changed or moved, or its key is not configured: then
 * it counts as absent, with an alarm. One bad row must not hold up the others (requirement S3).
 */
export function openTrusted(
  { keys, distrust }: Pick<Scope, 'keys' | 'distrust'>,
  place: Place,
  sealed: string | null,
  use?: SealUse,
): string | undefined {
  try {
    const clear = sealed === null ? undefined : keys.open(place, sealed, use);
    if (clear === undefined) distrust(place, 'changed');
    return clear;
  } catch (error) {
    if (!(error instanceof UnknownKeyError)) throw error;
    distrust(place, 'unknownKey');
    return undefined;
  }
}

/**
 * The same for a value that is not sealed: undefined where the value lacks the form in which the bot writes
 * it.
 */
export function readTrusted<T>(
  { distrust }: Pick<Scope, 'distrust'>,
  place: Place,
  read: () => T,
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
    distrust(place, 'changed');
    return undefined;
  }
}

export function createTellDistrusted(log: Log): TellDistrusted {
  const told = new Set<string>();
  return ([table, row, column], why) => {
    const name = `${table} ${row} ${column}`;
    if (told.has(name)) return;
    if (told.size >= TOLD_AT_MOST) told.clear();
    told.add(name);
    log.error(
      { alarm: 'storedValue', table, row, column, why },
      'a stored value is not where the bot wrote it: it counts as absent',
    );
  };
}
