import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import type { Deps } from '../deps.ts';

/** How long records are kept after their end (requirement S7). The audit is kept for good. */
export const KEPT_MS = {
  codes: HOUR_MS,
  /** The longest lookback over failures is two days. */
  failures: 3 * DAY_MS,
  /** As long as a card of an ended flow is known; budgets look back one day. The SMS service's reports too. */
  flows: 30 * DAY_MS,
  /** A button on an old `home` card or reminder works as long. */
  buttons: 365 * DAY_MS,
} as const;

const AT_ONCE = 500;

/**
 * Deletes one batch of expired records; true while there may be more. Safe in several instances at once.
 */
export async function forgetOld(deps: Pick<Deps, 'store'>): Promise<boolean> {
  const most = await deps.store.transaction((tx) =>
    tx.forget(
      {
        codesBefore: tx.now - KEPT_MS.codes,
        failuresBefore: tx.now - KEPT_MS.failures,
        flowsBefore: tx.now - KEPT_MS.flows,
        buttonsBefore: tx.now - KEPT_MS.buttons,
      },
      AT_ONCE,
    ),
  );
  return most >= AT_ONCE;
}
