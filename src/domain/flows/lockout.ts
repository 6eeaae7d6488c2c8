import { DAY_MS } from '../durations.ts';

/** Failures this far apart no longer add up, and a lockout lasts this long, ms (requirement C6). */
const FAILURES_WINDOW_MS = DAY_MS;

/** How far back failures must be read for `lockedUntil`: the window of a lockout that is about to end. */
export const FAILURES_LOOKBACK_MS = 2 * FAILURES_WINDOW_MS;

/** Wrong codes on one account, of all its managers together, that lock it for all of them. */
export const ACCOUNT_FAILURE_LIMIT = 10;

/** Wrong current passwords per account and window, where the directory allows that many (P11). */
export const PROOF_FAILURE_LIMIT = 3;

/** Wrong binds that the bot always leaves before the directory's own lockout. */
const RESERVED_BINDS = 2;

/**
 * When the lockout ends, epoch ms; undefined where there is none. It begins when the last `limit` failures
 * lie within 24 h of each other, and lasts until 24 h after the newest.
 */
export function lockedUntil(
  timesNewestFirst: readonly number[],
  limit: number,
  now: number,
): number | undefined {
  // Times ahead, after the clock was set back, count as now: apart from the others they would add up to nothing.
  const [newest, first] = [timesNewestFirst[0], timesNewestFirst[limit - 1]].map(
    (time) => time && Math.min(time, now),
  );
  if (newest === undefined || first === undefined) return undefined;
  const until = newest + FAILURES_WINDOW_MS;
  return newest - first < FAILURES_WINDOW_MS && now < until ? until : undefined;
}

/** Failures left from `now` on until the lockout; 0 where it is reached. */
export function attemptsLeft(
  timesNewestFirst: readonly number[],
  limit: number,
  now: number,
): number {
  if (lockedUntil(timesNewestFirst, limit, now) !== undefined) return 0;
  const counted = timesNewestFirst.filter((time) => now - time < FAILURES_WINDOW_MS).length;
  return Math.max(0, limit - counted);
}

/**
 * How many wrong current passwords per account and window the bot allows, so that it never causes
 * the directory's own lockout; `refused` where not even one bind may be sent now (P11).
 */
export function proofAllowance(lockout: {
  readonly threshold: number | 'none' | 'unreadable';
  readonly recentFailures: number;
}): number | 'refused' {
  const { threshold, recentFailures } = lockout;
  if (threshold === 'none' || threshold === 0) return PROOF_FAILURE_LIMIT;
  if (threshold === 'unreadable') return 1;
  if (threshold - recentFailures <= RESERVED_BINDS) return 'refused';
  return Math.min(PROOF_FAILURE_LIMIT, threshold - RESERVED_BINDS);
}

/** How many binds the directory's own lockout leaves to the bot; Infinity where it has none. */
export function bindsLeft({
  threshold,
  recentFailures,
}: Parameters<typeof proofAllowance>[0]): number {
  if (typeof threshold !== 'number' || threshold === 0) return Infinity;
  return Math.max(0, threshold - recentFailures - RESERVED_BINDS);
}
