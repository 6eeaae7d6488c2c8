import { randomBytes } from 'node:crypto';

/** What a person reads out to the service desk, and the log's line carries. */
export function createReference(): string {
  return randomBytes(4).toString('hex').toUpperCase();
}
