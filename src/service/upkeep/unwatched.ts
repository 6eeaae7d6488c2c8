import { DirectoryError } from '../../ports/errors.ts';
import type { SweptAccount } from '../../ports/account.ts';
import type { SweepDeps } from '../deps.ts';
import { followAnswering } from '../people/responsibilityChanges.ts';
import { pastUnreadable } from './sweeping.ts';
import type { SweepLease } from './sweepLease.ts';

/** So many accounts in one sweep: each takes some reads, and there is a next one. */
const AT_MOST = 1_000;

/** The accounts of a sweep that nobody is enrolled for: it looks at them for nothing else. */
export interface Unwatched {
  take(accounts: readonly SweptAccount[]): Promise<void>;
  /**
   * Looks who answers for some of them: first those that were never seen, so that the next change is one,
   * then as many of the others as there is room for, by lot, so that nobody knows when.
   */
  follow(lease: SweepLease, signal: AbortSignal): Promise<void>;
}

export function createUnwatched(deps: SweepDeps): Unwatched {
  /** Each with its lot: below 0 for an account that was never seen. */
  let drawn: { readonly id: string; readonly lot: number }[] = [];
  return {
    async take(accounts) {
      const ids = accounts.map(({ id }) => id);
      const known = new Set(await deps.store.read((reads) => reads.answeringKnown(ids)));
      const lots = ids.map((id) => ({ id, lot: deps.random.fraction() - (known.has(id) ? 0 : 1) }));
      drawn = [...drawn, ...lots].sort((a, b) => a.lot - b.lot).slice(0, AT_MOST);
    },

    async follow(lease, signal) {
      const unlessUnreadable = pastUnreadable(deps, signal);
      try {
        for (const { id } of drawn) {
          signal.throwIfAborted();
          await unlessUnreadable(id, async () => {
            const found = await deps.directory.responsibilityFor(id, signal);
            await followAnswering(deps, found, lease, signal);
          });
        }
      } catch (error) {
        // The next sweep looks at others, by lot.
        if (!(error instanceof DirectoryError)) throw error;
      }
    },
  };
}
