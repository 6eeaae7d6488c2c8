import type { Kysely } from 'kysely';
import type { Log } from '../../../ports/log.ts';
import type { Keyring, Place } from '../sealing/crypto.ts';
import type { Tables } from './tables.ts';

/**
 * `changed`: the value itself or the columns beside it. `unknownKey`: its key is not configured. `revoked`:
 * a row that a revoke had removed is back.
 */
type Distrusted = 'changed' | 'unknownKey' | 'revoked';

/** Logs stored values that are not trusted, each once in a process. */
export type TellDistrusted = (place: Place, why: Distrusted) => void;

/** The parts that the queries of one piece of work share. */
export interface Scope {
  readonly db: Kysely<Tables>;
  readonly keys: Keyring;
  /** Told when the work has ended. */
  readonly log: Pick<Log, 'error'>;
  /** Epoch ms by the database's clock, at the start of the transaction; for reads, the store's `now()`. */
  readonly now: number;
  /** Told when the work has ended. */
  readonly distrust: TellDistrusted;
  /** In a transaction: a row that counts as absent may be removed where it is in the way. */
  readonly isWriting: boolean;
}

/** The queries of a port, each with the scope of its work in front: nothing is made anew for a piece of work. */
export type OnScope<Queries> = {
  readonly [Name in keyof Queries]: Queries[Name] extends (...given: infer Given) => infer Answer
    ? (scope: Scope, ...given: Given) => Answer
    : never;
};
