import type { z } from 'zod';
import type { ManagerKey } from '../../../domain/parties.ts';
import type { Log } from '../../../ports/log.ts';
import { StoreError } from '../../../ports/store/store.ts';

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
  const [tenantId, aadObjectId, ...rest] = name.split('/');
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
