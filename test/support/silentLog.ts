import type { Log } from '../../src/ports/log.ts';

const nothing = (): void => undefined;

/** A log for tests that do not read it. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
