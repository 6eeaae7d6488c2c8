import type { Flow, UnlockFlow } from '../../domain/flows/flow.ts';
import { shutOf } from '../../domain/rotation/rotation.ts';
import type { Directory } from '../../ports/directory.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { guess, guessCode } from '../flow/codeGuess.ts';
import {
  advanceUnlock,
  auditOf,
  changeFlow,
  isAwaited,
  isStillEnrolled,
  submit,
} from '../flow/flows.ts';
import { RESEND } from '../flow/codeSending.ts';
import { ENDS, type UnlockTap, type FlowTable } from '../flow/table.ts';
import type { TypedCode } from '../input.ts';
import { addNotices } from '../notices/whoIsTold.ts';
import { directoryReason, faultOf, tellFault } from '../directoryFault.ts';
import { saveOutcome } from '../flow/unsaved.ts';

/** The unlock, step by step. */
export const UNLOCK: FlowTable<UnlockFlow> = {
  sendingCode: {},
  code: { confirmCode: guess(confirmCode), resendCode: RESEND },
  // Where it failed, the same card offers it once more, without a code.
  unlocking: { confirmCode: { isFromAnyCard: true, take: tryAgain } },
  done: {},
  ...ENDS,
};

async function confirmCode(tap: UnlockTap, input: TypedCode): Promise<Flow> {
  const { flow, todo } = await guessCode<UnlockFlow, 'unlock'>(tap, input, async (tx, current) => ({
    flow: await advanceUnlock(tx, current, { type: 'codeAccepted' }),
    todo: 'unlock',
  }));
  return todo === undefined || flow.purpose !== 'unlock' ? flow : unlock(tap, flow);
}

async function tryAgain(tap: UnlockTap): Promise<Flow> {
  const { flow, todo } = await submit<UnlockFlow, 'unlock'>(tap, async (tx, current) => {
    const { state } = current;
    if (state.step !== 'unlocking' || state.problem === undefined) return { flow: current };
    if (!(await isStillEnrolled(tx, current))) {
      return { flow: await advanceUnlock(tx, current, { type: 'expired' }) };
    }
    return { flow: await advanceUnlock(tx, current, { type: 'unlockAsked' }), todo: 'unlock' };
  });
  return todo === undefined ? flow : unlock(tap, flow);
}

type Outcome = Awaited<ReturnType<Directory['unlock']>> | DirectoryError;

/** Clears the directory's lockout: safe to repeat, so that a lost answer is simply tried again. */
async function unlock(tap: UnlockTap, flow: UnlockFlow): Promise<Flow> {
  const { deps } = tap;
  const outcome = await lift(tap);
  // The card says that it is under way until the database is back.
  return saveOutcome(deps, flow, () =>
    changeFlow(deps, flow, (tx, current) =>
      outcome === 'unlocked'
        ? takeSuccess(tap, tx, flow, current)
        : takeFailure(tap, tx, flow, current, outcome),
    ),
  );
}

async function lift({ deps, manager, account, signal }: UnlockTap): Promise<Outcome> {
  const { directory } = deps;
  const outcome = await directory.unlock(manager.entry, account.id, signal).catch(faultOf);
  if (!(outcome instanceof DirectoryError) || outcome.code !== 'noAnswer') return outcome;
  // An account seen unlocked needs no answer.
  const seen = await directory.accountOf(manager.entry, account.id, signal).catch(faultOf);
  const isSeen = !(seen instanceof DirectoryError) && seen?.isLocked === false;
  return isSeen ? 'unlocked' : outcome;
}

async function takeFailure(
  { deps }: UnlockTap,
  tx: StoreTransaction,
  begun: UnlockFlow,
  current: UnlockFlow,
  outcome: Exclude<Outcome, 'unlocked'>,
): Promise<UnlockFlow> {
  if (!isAwaited(current, begun)) return current;
  if (outcome instanceof DirectoryError) {
    const reason = directoryReason(outcome);
    tx.afterCommit(() => tellFault(deps, outcome));
    return reason === 'temporarilyUnavailable'
      ? advanceUnlock(tx, current, { type: 'refused', problem: { reason } })
      : advanceUnlock(tx, current, { type: 'notUnlocked', reason }, 'sameDraw');
  }
  const reason = 'notResponsible';
  tx.audit({ event: 'access.denied', result: 'refused', reason, ...auditOf(current) });
  return advanceUnlock(tx, current, { type: 'refused', problem: { reason } });
}

/** Recorded and told also where the manager has left the flow meanwhile. */
async function takeSuccess(
  { deps, manager, account }: UnlockTap,
  tx: StoreTransaction,
  { state }: UnlockFlow,
  current: UnlockFlow,
): Promise<UnlockFlow> {
  if (current.state.step === 'done') return current;
  tx.audit({ event: 'unlock.completed', result: 'ok', ...auditOf(current) });
  const reported = {
    event: 'unlock',
    manager: manager.key,
    accountId: account.id,
    accountName: account.name,
    byName: manager.entry.displayName,
    flow: current.id,
  } as const;
  await addNotices(deps, tx, reported, state.step === 'unlocking' ? [state.mobile] : []);
  const shut = shutOf(account, tx.now);
  const from = (await tx.enrollment(manager.key, account.id))?.usableFrom ?? 0;
  const usableFrom = from > tx.now ? from : undefined;
  return advanceUnlock(tx, current, { type: 'unlocked', shut, usableFrom }, 'sameDraw');
}
