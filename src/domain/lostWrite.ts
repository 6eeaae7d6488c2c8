/** A request that was cut off may still be carried out for this long; only then "not applied" is true, ms. */
export const LATE_WRITE_MS = 6_000;

/** After this long the truth is no longer sought; a person has to look, ms. */
export const GIVE_UP_MS = 24 * 60 * 60_000;

/** What is known of a write whose answer was lost. */
export interface LostWriteSigns {
  /** Whether the password was set since the flow began; undefined while a server does not say. */
  readonly isChanged: boolean | undefined;
  /** Whether the password at hand binds; undefined where it is not at hand, or a bind would tell nothing. */
  readonly binds: boolean | undefined;
  /** Whether the password at hand is surely the one that was sent. */
  readonly isTheOneSent: boolean;
  /** Time since the answer was lost, ms. */
  readonly ageMs: number;
}

/**
 * `applied` only with a proof by bind: a change alone may be somebody else's. `notApplied` only when
 * the server has stayed unchanged long enough. `replaced`: somebody else's password stands there.
 */
export type LostWriteVerdict = 'applied' | 'notApplied' | 'replaced' | 'open' | 'givenUp';

/** The truth about a lost write, as far as the signs show it (requirement D7). */
export function judgeLostWrite({
  isChanged,
  binds,
  isTheOneSent,
  ageMs,
}: LostWriteSigns): LostWriteVerdict {
  if (isChanged === true && binds === true) return 'applied';
  if (isChanged === true && binds === false && isTheOneSent) return 'replaced';
  if (isChanged === false && ageMs >= LATE_WRITE_MS) return 'notApplied';
  return ageMs > GIVE_UP_MS ? 'givenUp' : 'open';
}
