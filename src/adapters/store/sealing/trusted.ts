import type { Log } from '../../../ports/log.ts';
import { StoreError } from '../../../ports/errors.ts';
import { UnknownKeyError, type Place, type SealUse } from './crypto.ts';
import type { Scope, TellDistrusted } from '../schema/scope.ts';
import type { AuditEvent } from '../../../domain/audit.ts';
import { patiently } from '../engine/engine.ts';
import type { z } from 'zod';
import type { ManagerKey } from '../../../domain/parties.ts';

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

function createTellDistrusted(log: Log): TellDistrusted {
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

/** The findings of queries about stored values. */
export type Hearing = Pick<Scope, 'distrust' | 'log'>;

/** The log lines that one run of a transaction, or of a reading, leaves to its end. */
export interface Left {
  readonly events: AuditEvent[];
  /** Logged where the transaction is kept. */
  readonly sayings: (() => void)[];
  /** Logged in any case. */
  readonly found: readonly (() => void)[];
  readonly hearing: Hearing;
}

/** Runs work that may run again, patiently, and logs the last run's lines, once. */
export function createTelling(log: Log) {
  const tell = createTellDistrusted(log);

  function nothingLeft(): Left {
    const found: (() => void)[] = [];
    const hearing: Hearing = {
      distrust: (...what) => found.push(() => tell(...what)),
      log: { error: (...line) => found.push(() => log.error(...line)) },
    };
    return { events: [], sayings: [], found, hearing };
  }

  return <T>(attempt: (left: Left) => Promise<T>): Promise<T> => {
    let left = nothingLeft();
    const done = patiently(() => {
      left = nothingLeft();
      return attempt(left);
    });
    // Tells before the waiting caller goes on.
    done.then(
      () => [...left.found, ...left.sayings].forEach((say) => say()),
      () => left.found.forEach((say) => say()),
    );
    return done;
  };
}

/** A stored value as the schema's type. `what` names it in the error, which quotes nothing stored. */
export function readValue<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join('.');
  throw new StoreError('corrupt', `${what} does not have the expected form at '${path ?? ''}'`);
}

/** Stored JSON as the schema's type. */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  what: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StoreError('corrupt', `${what} is not JSON`);
  }
  return readValue(schema, value, what);
}

/** The inverse of managerName(). */
export function managerKey(name: string): ManagerKey {
  const [tenantId, aadObjectId, ...rest] = String(name).split('/');
  if (tenantId === undefined || aadObjectId === undefined || rest.length > 0) {
    throw new StoreError('corrupt', 'a manager has no readable name');
  }
  return { tenantId, aadObjectId };
}

/**
 * The value, or undefined where it cannot be read, which is logged: in a list that is worked off, one bad
 * row must not hold up the others.
 */
export function readOrSkip<T>(read: () => T, log: Pick<Log, 'error'>): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
    log.error({ error: error.message }, 'a stored row cannot be read and is left out');
    return undefined;
  }
}

/** The type without `readonly`, each object written out flat, so that two can be compared. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
type IsSame<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Gives the schema back if it reads exactly the domain's type, optional parts included. */
export function exactly<Domain>() {
  return <Schema extends z.ZodType>(
    schema: IsSame<Plain<Domain>, Plain<z.output<Schema>>> extends true
      ? Schema
      : 'the schema and the domain type differ',
  ): Schema => schema as Schema;
}
