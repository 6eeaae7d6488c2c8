import { operationSince, type Flow } from '../domain/flow.ts';
import { isEnded } from '../domain/steps.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { endFlow, lockAccount } from './flows.ts';
import { addRevokeNotices } from './notices.ts';

/** Who changes something, and the account that it is about. */
export interface AdminAct {
  /** `os:<user>`. */
  readonly actor: string;
  /** What people are told of the actor. */
  readonly byName: string;
  readonly accountId: string;
  readonly accountName: string;
}

/** What a revoke took away. */
export interface Revoked {
  readonly numbers: number;
  readonly flows: number;
}

/**
 * Removes the account's enrolled numbers and ends what is under way, codes included, in one
 * transaction; tells the numbers and the account's managers. The next number has its cool-down
 * (requirements A14, A15).
 */
export async function revoke(
  deps: Pick<Deps, 'store' | 'random' | 'settings'>,
  act: AdminAct,
): Promise<Revoked> {
  const { actor, accountId } = act;
  return deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const numbers = await tx.enrollmentsOf(accountId);
    await tx.revokeEnrollments(accountId);
    tx.audit({ event: 'admin.revoke', actor, account: accountId, result: 'ok' });
    for (let number = 0; number < numbers.length; number += 1) {
      tx.audit({ event: 'enrollment.revoked', actor, account: accountId, result: 'ok' });
    }
    const flows = await endFlows(tx, accountId);
    await addRevokeNotices(deps, tx, act, numbers);
    return { numbers: numbers.length, flows };
  });
}

async function endFlows(tx: StoreTransaction, accountId: string): Promise<number> {
  let ended = 0;
  for (const flow of await tx.openFlowsOf(accountId)) {
    await tx.removePasscode(flow.id);
    if (isBeyondRecall(flow)) continue;
    await endFlow(tx, flow, { type: 'expired' });
    ended += 1;
  }
  return ended;
}

/** A change that has been sent to the directory: what became of it must still be found out and told. */
function isBeyondRecall({ state }: Flow): boolean {
  if (isEnded(state)) return true;
  switch (state.step) {
    case 'writingPassword':
    case 'unknown':
      return true;
    case 'unlocking':
      return operationSince(state) !== undefined;
    case 'currentPassword':
    case 'provingPassword':
    case 'mobile':
    case 'sendingCode':
    case 'oldCode':
    case 'code':
    case 'newPassword':
    case 'done':
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return false;
  }
}

/** Forgets the account's wrong codes and wrong current passwords, of all managers: the bot's own lockouts end. */
export async function clearLockout(
  deps: Pick<Deps, 'store'>,
  { actor, accountId }: Pick<AdminAct, 'actor' | 'accountId'>,
): Promise<{ readonly failures: number }> {
  return deps.store.transaction(async (tx) => {
    await lockAccount(tx, accountId);
    const failures = await tx.failuresOf({ accountId, since: 0 });
    await tx.clearFailures({ kind: 'code', accountId });
    await tx.clearFailures({ kind: 'proof', accountId });
    tx.audit({ event: 'admin.clear-lockout', actor, account: accountId, result: 'ok' });
    return { failures: failures.length };
  });
}
