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
export function allowanceBeside(
  { lockout }: Pick<Account, 'lockout'>,
  underWay: number,
): number | 'refused' {
  const { threshold, recentFailures } = lockout;
  return proofAllowance({ threshold, recentFailures: recentFailures + underWay });
}
