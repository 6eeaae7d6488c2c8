import { DirectoryError, type SweptAccount } from '../../ports/directory.ts';
import type { SweepDeps } from '../deps.ts';
import { followAnswering } from '../people/responsibility.ts';
import type { SweepLease } from './sweepLease.ts';

/** Accounts in one sweep: each takes some reads, and there is a next sweep. */
const AT_MOST = 1_000;
/** After so many unreadable accounts in a row the fault is the directory's. */
const MAX_UNREAD_IN_A_ROW = 3;

/** The accounts of a sweep whose former managers are not known yet. */
export interface FirstSight {
  take(page: readonly SweptAccount[]): Promise<void>;
  /** Remembers their managers, so that the next change is seen as one. */
  remember(lease: SweepLease, signal: AbortSignal): Promise<void>;
}

export function createFirstSight(deps: SweepDeps): FirstSight {
  const unseen: string[] = [];
  return {
    async take(page) {
      if (unseen.length >= AT_MOST) return;
      const ids = page.map(({ id }) => id);
      const seen = new Set(await deps.store.read((reads) => reads.answeringKnown(ids)));
      unseen.push(...ids.filter((id) => !seen.has(id)).slice(0, AT_MOST - unseen.length));
    },

    async remember(lease, signal) {
      let unread = 0;
      for (const id of unseen) {
        signal.throwIfAborted();
        try {
          const found = await deps.directory.responsibilityFor(id, signal);
          await followAnswering(deps, found, lease, signal);
          unread = 0;
        } catch (error) {
          if (!(error instanceof DirectoryError)) throw error;
          unread += 1;
          if (unread >= MAX_UNREAD_IN_A_ROW) return;
        }
      }
    },
  };
}
