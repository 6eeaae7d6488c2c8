import { randomBytes } from 'node:crypto';

/**
 * What the log may say of an exception: its kind, code and place. Its message is left out, since
 * libraries quote input in theirs, and input can be a password.
 */
export function describeFault(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    at: frames.slice(0, 6).map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: describeFault(error.cause) }),
  };
}

/** What a person reads out to the service desk, and the log's line carries. */
export function createReference(): string {
  return randomBytes(4).toString('hex').toUpperCase();
}
