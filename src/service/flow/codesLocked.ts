import {
  ACCOUNT_FAILURE_LIMIT,
  attemptsLeft,
  FAILURES_LOOKBACK_MS,
  lockedUntil,
} from '../../domain/flows/lockout.ts';
import { isSamePerson, type ManagerKey } from '../../domain/parties.ts';
import type { StoreReads } from '../../ports/store/store.ts';

/** How many wrong codes are left to a manager on an account. */
export interface CodeAttempts {
  /** Until when wrong codes keep this manager, or every manager, from codes of the account; epoch ms. */
  readonly lockedUntil: number | undefined;
  readonly left: number;
}

/** By the wrong codes that lock this manager, and by those that lock all of the account's. */
export async function codeAttempts(
  { settings }: { readonly settings: { readonly codeAttempts: number } },
  reads: StoreReads,
  manager: ManagerKey,
  accountId: string,
): Promise<CodeAttempts> {
  const failures = await reads.failuresOf({ accountId, since: reads.now - FAILURES_LOOKBACK_MS });
  const all = failures.filter(({ kind }) => kind === 'code');
  const own = all.filter((failure) => isSamePerson(failure.manager, manager));
  const limits = [
    { times: own.map(({ at }) => at), limit: settings.codeAttempts },
    { times: all.map(({ at }) => at), limit: ACCOUNT_FAILURE_LIMIT },
  ];
  const ends = limits.flatMap(({ times, limit }) => lockedUntil(times, limit, reads.now) ?? []);
  return {
    lockedUntil: ends.length === 0 ? undefined : Math.max(...ends),
    left: Math.min(...limits.map(({ times, limit }) => attemptsLeft(times, limit, reads.now))),
  };
}
