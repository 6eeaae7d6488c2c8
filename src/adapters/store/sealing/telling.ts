import type { AuditEvent } from '../../../domain/audit.ts';
import type { Log } from '../../../ports/log.ts';
import { patiently } from '../engine/engine.ts';
import type { Scope } from '../schema/scope.ts';
import { createTellDistrusted } from './trusted.ts';

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
      () => sayAll([...left.found, ...left.sayings]),
      () => sayAll(left.found),
    );
    return done;
  };
}

function sayAll(sayings: readonly (() => void)[]): void {
  for (const say of sayings) say();
}
