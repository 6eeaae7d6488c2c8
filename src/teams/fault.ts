import { randomBytes } from 'node:crypto';

/** A reference that a person reads out to the service desk and that stands in the log's line. */
export function createReference(): string {
  return randomBytes(4).toString('hex').toUpperCase();
}
