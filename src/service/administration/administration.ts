import type { AuditEvent } from '../../domain/audit.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import { operationSince, isEnded } from '../../domain/flows/lifetime.ts';
import { managerName, isSamePerson, type ManagerKey } from '../../domain/parties.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { endVouches } from '../desk/callers.ts';
import { endFlow, lockAccount } from '../flow/flows.ts';
import { addAdminNotices } from '../notices/whoIsTold.ts';

/** The actor of a change, and the account that it is about. */
export interface AdminAct {
  /** `os:<user>`. */
  readonly actor: string;
  /** The actor's name as notices tell it. */
  readonly byName: string;
  /** The agent of the service desk whose act it is; absent for an administrator's. */
  readonly agentName?: string | undefined;
  readonly accountId: string;
  readonly accountName: string;
}

/** The manager whose numbers a revoke takes; absent: all of the account's managers. */
export interface RevokeAct extends AdminAct {
  readonly managers?: readonly ManagerKey[] | undefined;
  /** How the act itself is audited; absent: as an administrator's. */
  readonly audited?: Pick<AuditEvent, 'event' | 'reason'> | undefined;
}

/** The outcome of a revoke. */
export interface Revoked {
  readonly numbers: number;
  readonly flows: number;
}

/**
 * Removes the account's enrolled numbers, or those of some managers, and ends their flows, codes included,
 * in one transaction; tells the numbers and the account's managers. The next number has its cool-down
 * (requirements A14, A15).
 */
export async function revoke(
  deps: Pick<Deps, 'store' | 'random' | 'settings'>,
  act: RevokeAct,
): Promise<Revoked> {
  return deps.store.transaction(async (tx) => {
    await lockAccount(tx, act.accountId);
    return revokeIn(deps, tx, act);
  });
}

/** The same within a transaction that holds the account's lock. */
export async function revokeIn(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  act: RevokeAct,
): Promise<Revoked> {
  const { actor, accountId, managers } = act;
  const isMeant = ({ manager }: Pick<Flow, 'manager'>): boolean =>
    managers === undefined || managers.some((one) => isSamePerson(one, manager));
  const about = { actor, account: accountId, result: 'ok' } as const;
  const reason = managers?.map(managerName).join(' ');
  const numbers = (await tx.enrollmentsOf(accountId)).filter(isMeant);
  for (const one of managers ?? [undefined]) await tx.revokeEnrollments(accountId, one);
  tx.audit({ ...about, ...(act.audited ?? { event: 'admin.revoke', reason }) });
  for (const { manager } of numbers) {
    const whose = managers === undefined ? undefined : managerName(manager);
    tx.audit({ event: 'enrollment.revoked', ...about, reason: whose });
  }
  await endVouches(tx, accountId, isMeant);
  const flows = await endFlows(tx, (await tx.openFlowsOf(accountId)).filter(isMeant));
  if (numbers.length > 0) await addAdminNotices(deps, tx, 'revoke', act, numbers);
  return { numbers: numbers.length, flows };
}

async function endFlows(tx: StoreTransaction, flows: readonly Flow[]): Promise<number> {
  let ended = 0;
  for (const flow of flows) {
    await tx.removePasscode(flow.id);
    if (isEnded(flow.state) || isSent(flow)) continue;
    await endFlow(tx, flow, { type: 'expired' });
    ended += 1;
  }
  return ended;
}

/** A change sent to the directory whose outcome must still be found out and told. */
function isSent({ state }: Flow): boolean {
  const { step } = state;
  const isUnlocking = step === 'unlocking' && operationSince(state) !== undefined;
  return step === 'writingPassword' || step === 'unknown' || isUnlocking;
}

/**
 * Forgets the account's wrong codes and wrong current passwords, of all managers: the bot's own lockouts
 * end. Told like a revoke, since it gives an attacker who was guessing new attempts.
 */
export async function clearLockout(
  deps: Pick<Deps, 'store' | 'random' | 'settings'>,
  act: AdminAct,
): Promise<{ readonly failures: number }> {
  return deps.store.transaction(async (tx) => {
    await lockAccount(tx, act.accountId);
    return clearLockoutIn(deps, tx, { ...act, event: 'admin.clear-lockout' });
  });
}

/** The same within a transaction that holds the account's lock, under the event that is audited. */
export async function clearLockoutIn(
  deps: Pick<Deps, 'random' | 'settings'>,
  tx: StoreTransaction,
  { event, ...act }: AdminAct & Pick<AuditEvent, 'event'>,
): Promise<{ readonly failures: number }> {
  const { actor, accountId } = act;
  const failures = await tx.failuresOf({ accountId, since: 0 });
  await tx.clearFailures({ kind: 'code', accountId });
  await tx.clearFailures({ kind: 'proof', accountId });
  tx.audit({ event, actor, account: accountId, result: 'ok' });
  if (failures.length > 0) {
    await addAdminNotices(deps, tx, 'lockoutCleared', act, await tx.enrollmentsOf(accountId));
  }
  return { failures: failures.length };
}
