import type { Log } from '../../ports/log.ts';
import type { Place, SealUse } from './crypto.ts';
import type { Scope } from './tables.ts';

/** Places of one process that were told of; a flood of them must not fill its memory. */
const TOLD_AT_MOST = 10_000;

/** The clear text; undefined where the value was changed or moved: then it counts as absent, with an alarm. */
export function openTrusted(
  { keys, distrust }: Pick<Scope, 'keys' | 'distrust'>,
  place: Place,
  sealed: string | null,
  use?: SealUse,
): string | undefined {
  const clear = sealed === null ? undefined : keys.open(place, sealed, use);
  if (clear === undefined) distrust(place, 'changed');
  return clear;
}

/** `changed`: itself or what stands beside it. `revoked`: a row that a revoke had removed is back. */
export type Distrusted = 'changed' | 'revoked';

/** Tells of stored values that are not trusted, each once in a process. */
export type TellDistrusted = (place: Place, why: Distrusted) => void;

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
