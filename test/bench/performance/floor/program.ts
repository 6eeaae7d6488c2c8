import type { z } from 'zod';
import { silentLog } from '../../../support/silentLog.ts';

export const log = silentLog;

/** The settings that the benchmark gave this program. */
export function settings<S extends z.ZodType>(schema: S): z.output<S> {
  return schema.parse(JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}'));
}

/** Tells the benchmark that the program is ready, and on which port; 0 where it has none. */
export function announce(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}
