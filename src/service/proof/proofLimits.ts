import type { Flow } from '../../domain/flows/flow.ts';
import { hasBindUnderWay, OPERATION_LOST_MS } from '../../domain/flows/lifetime.ts';
import {
  FAILURES_LOOKBACK_MS,
  lockedUntil,
  PROOF_FAILURE_LIMIT,
  proofAllowance,
} from '../../domain/flows/lockout.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { Account } from '../../ports/account.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import { DirectoryError } from '../../ports/errors.ts';

/** Binds of other flows, also of ended ones, that the directory may not have counted yet. */
export async function bindsUnderWay(tx: StoreTransaction, own: Flow): Promise<number> {
  const open = await tx.openFlowsOf(own.accountId);
  const resets = await tx.resetsAround(own.accountId, tx.now - OPERATION_LOST_MS, tx.now);
  const binding = [...open, ...resets].filter(({ state }) => hasBindUnderWay(state, tx.now));
  return new Set(binding.map(({ id }) => id).filter((id) => id !== own.id)).size;
}

/** Why no bind may be sent now (requirement P11); undefined where one may. */
export async function proofBlock(
  account: Pick<Account, 'id' | 'isLocked' | 'lockout'>,
  reads: StoreReads,
  underWay = 0,
): Promise<Problem | undefined> {
  if (account.isLocked) return { reason: 'proofLocked' };
  const allowance = allowanceBeside(account, underWay);
  const times = await reads.failureTimes({
    kind: 'proof',
    accountId: account.id,
    since: reads.now - FAILURES_LOOKBACK_MS,
  });
  const limit = allowance === 'refused' ? PROOF_FAILURE_LIMIT : allowance;
  const until = lockedUntil(times, limit, reads.now);
  if (until !== undefined) return { reason: 'proofLocked', until };
  return allowance === 'refused' ? { reason: 'proofLocked' } : undefined;
}

/**
 * The attempts that the directory's own lockout leaves beside the binds that it may not have counted yet.
 */
function allowanceBeside(
  { lockout }: Pick<Account, 'lockout'>,
  underWay: number,
): number | 'refused' {
  const { threshold, recentFailures } = lockout;
  return proofAllowance({ threshold, recentFailures: recentFailures + underWay });
}

/** A bind that was counted before it is sent. */
export interface ReservedBind {
  readonly failureId: string;
  readonly attempt: Pick<Flow, 'manager' | 'accountId'>;
  /** Asked right before the bind: attempts counted since, at other instances or elsewhere, count as well. */
  readonly mayBind: (now: Account) => boolean;
}

/**
 * Counts a bind before it is sent: a crash or many taps at once can only count too many, never too few.
 * `underWay`: binds of other flows that the directory may not have counted yet.
 */
export async function reserveBind(
  tx: StoreTransaction,
  { manager, accountId }: Pick<Flow, 'manager' | 'accountId'>,
  underWay: number,
): Promise<ReservedBind> {
  const attempt = { manager, accountId };
  const failureId = await tx.addFailure({ kind: 'proof', ...attempt });
  return { failureId, attempt, mayBind: (now) => allowanceBeside(now, underWay) !== 'refused' };
}

/**
 * Takes the count back, save where the password was wrong, or the answer was lost: the bind may have come. Then
 * it is counted anew, as of now: a lockout lifted during the bind has removed the first count.
 */
export async function settleBind(
  tx: StoreTransaction,
  { failureId, attempt }: ReservedBind,
  outcome: { readonly isWrong: boolean } | { readonly error: unknown },
): Promise<void> {
  const isCounted =
    'isWrong' in outcome
      ? outcome.isWrong
      : !(outcome.error instanceof DirectoryError) || outcome.error.code === 'noAnswer';
  await tx.removeFailure(failureId);
  if (isCounted) await tx.addFailure({ kind: 'proof', ...attempt });
}
