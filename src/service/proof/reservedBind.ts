import type { Flow } from '../../domain/flows/flow.ts';
import { DirectoryError } from '../../ports/directory.ts';
import type { Account } from '../../ports/account.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { allowanceBeside } from './proofLimits.ts';

/** A bind that was counted before it is sent. */
export interface ReservedBind {
  readonly failureId: string;
  /** Asked right before the bind: attempts counted since, at other instances or elsewhere, count as well. */
  readonly mayBind: (now: Account) => boolean;
}

/**
 * Counts a bind before it is sent: a crash or many taps at once can only count too many, never too few.
 * `underWay`: binds of other flows that the directory may not have counted yet.
 */
export async function reserveBind(
  tx: StoreTransaction,
  { manager, accountId }: Flow,
  underWay: number,
): Promise<ReservedBind> {
  const failureId = await tx.addFailure({ kind: 'proof', manager, accountId });
  return { failureId, mayBind: (now) => allowanceBeside(now, underWay) !== 'refused' };
}

/** Takes the count back, save where the password was wrong, or the answer was lost: the bind may have come. */
export async function settleBind(
  tx: StoreTransaction,
  { failureId }: ReservedBind,
  outcome: { readonly isWrong: boolean } | { readonly error: unknown },
): Promise<void> {
  const isCounted =
    'isWrong' in outcome
      ? outcome.isWrong
      : !(outcome.error instanceof DirectoryError) || outcome.error.code === 'noAnswer';
  if (!isCounted) await tx.removeFailure(failureId);
}
