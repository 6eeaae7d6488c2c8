import {
  ACCOUNT_FAILURE_LIMIT,
  FAILURES_LOOKBACK_MS,
  lockedUntil,
} from '../../domain/flows/lockout.ts';
import { isSamePerson, type ManagerKey } from '../../domain/parties.ts';
import type { StoreReads } from '../../ports/store/store.ts';

/** The setting by which wrong codes lock. */
interface Attempts {
  readonly settings: { readonly codeAttempts: number };
}

/** Until when wrong codes keep this manager, or every manager, from codes of the account. */
export async function codesLockedUntil(
  deps: Attempts,
  reads: StoreReads,
  manager: ManagerKey,
  accountId: string,
): Promise<number | undefined> {
  const limits = await wrongCodes(deps, reads, manager, accountId);
  const ends = limits
    .map(({ times, limit }) => lockedUntil(times, limit, reads.now))
    .filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** The times of the wrong codes that lock this manager, and of those that lock all of the account's, newest first. */
export async function wrongCodes(
  deps: Attempts,
  reads: StoreReads,
  manager: ManagerKey,
  accountId: string,
): Promise<readonly { readonly times: readonly number[]; readonly limit: number }[]> {
  const failures = await reads.failuresOf({ accountId, since: reads.now - FAILURES_LOOKBACK_MS });
  const all = failures.filter(({ kind }) => kind === 'code');
  const own = all.filter((failure) => isSamePerson(failure.manager, manager));
  return [
    { times: own.map(({ at }) => at), limit: deps.settings.codeAttempts },
    { times: all.map(({ at }) => at), limit: ACCOUNT_FAILURE_LIMIT },
  ];
}
