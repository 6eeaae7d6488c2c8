import { DAY_MS } from '../durations.ts';
import type { SentPassword } from './flow.ts';
import { OPERATION_LOST_MS } from './lifetime.ts';

/** A request that was cut off may still be carried out for this long; only then "not applied" is true, ms. */
export const LATE_WRITE_MS = 6_000;
/** The same for a request to which the server said nothing: it is slow rather than gone, ms. */
export const SLOW_WRITE_MS = 25_000;
/** After this much silence a server is slow, not gone, ms. */
const SILENT_MS = 4_000;

/** How far the directory's clock and the database's may be apart, ms. */
const CLOCK_SLACK_MS = 5 * 60_000;

/**
 * How long the server may still carry out a write after the bot waited `waitedMs` for its answer in vain,
 * ms.
 */
export function lateWriteMs(waitedMs: number): number {
  return waitedMs >= SILENT_MS ? SLOW_WRITE_MS : LATE_WRITE_MS;
}

/** After this long the bot stops looking for the outcome, and an administrator has to, ms. */
export const GIVE_UP_MS = DAY_MS;

/** A change of the password that the directory shows. */
export interface SeenChange {
  readonly version: string;
  /** When it was made, by the directory's clock, epoch ms. */
  readonly changedAt: number | undefined;
  /** The newest change of which it is known who made it. */
  readonly knownVersion: string | undefined;
}

/**
 * Whether the change can be that password's; `sends` are all its writes, since a manager may send it again after
 * one that was not carried out. A bind alone does not tell: Active Directory lets the former password bind for
 * an hour (OldPasswordAllowedPeriod).
 */
export function mayBeChangeOf(sends: readonly SentPassword[], seen: SeenChange): boolean {
  return sends.some(({ version, sentAt }) => {
    if (version !== undefined) return seen.version === version;
    if (seen.version === seen.knownVersion) return false;
    if (sentAt === undefined || seen.changedAt === undefined) return true;
    return seen.changedAt <= sentAt + OPERATION_LOST_MS + SLOW_WRITE_MS + CLOCK_SLACK_MS;
  });
}

/** The facts known about a write whose answer was lost. */
export interface LostWriteSigns {
  /** Whether the password was set since the flow began; undefined while a server does not say. */
  readonly isChanged: boolean | undefined;
  /**
   * Whether the password at hand binds; undefined where it is not at hand, or nothing was tried;
   * `undecided` where the directory refuses every password the same way.
   */
  readonly binds: boolean | 'undecided' | undefined;
  /** Whether the change that is seen can be that password's. */
  readonly isPossible: boolean;
  /** When the password was changed, by the directory's clock, and when the answer was lost; epoch ms. */
  readonly changedAt?: number | undefined;
  readonly lostAt?: number | undefined;
  /** Whether no other password can have come: the flow has sent none but the one at hand. */
  readonly isOnlyOneSent: boolean;
  /** Time since the answer was lost, ms. */
  readonly ageMs: number;
  /** How long the write may still be carried out after its answer was lost, ms. */
  readonly lateMs?: number | undefined;
}

/**
 * `applied` only with a proof by bind: another person may have made the change. Where the directory lets no
 * bind decide, a change at the time of the write stands for it. `notApplied` only when the server has
 * stayed unchanged long enough. `replaced`: the account has a password that another person set.
 */
export type LostWriteVerdict = 'applied' | 'notApplied' | 'replaced' | 'open' | 'givenUp';

/** The truth about a lost write, as far as the signs show it (requirement D7). */
export function judgeLostWrite({
  isChanged,
  binds,
  isPossible,
  isOnlyOneSent,
  changedAt,
  lostAt,
  ageMs,
  lateMs = LATE_WRITE_MS,
}: LostWriteSigns): LostWriteVerdict {
  if (isChanged === true && binds === true && isPossible) return 'applied';
  if (isChanged === true && binds === 'undecided' && isPossible && isOnlyOneSent) {
    // No bind can decide here: the time of the change does.
    const isTimely =
      changedAt !== undefined &&
      lostAt !== undefined &&
      Math.abs(changedAt - lostAt) <= CLOCK_SLACK_MS;
    if (isTimely) return 'applied';
  }
  const isReplaced = binds === false || (binds === true && !isPossible);
  if (isChanged === true && isReplaced && isOnlyOneSent) return 'replaced';
  if (isChanged === false && ageMs >= lateMs) return 'notApplied';
  return ageMs > GIVE_UP_MS ? 'givenUp' : 'open';
}
