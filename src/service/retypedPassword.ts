import type { ResetFlow } from '../domain/flow.ts';
import { changeFlow } from './flows.ts';
import type { FlowTurn } from './flowTurn.ts';
import type { NewPassword } from './newPassword.ts';
import { lookForOutcome } from './outcome.ts';
import { proofBlock } from './proof.ts';

/**
 * The same password typed again on the old card after a crash: where the directory shows a change
 * and this password binds, the write was carried out. Reads, and binds once at most.
 */
export async function proveLostWrite(
  turn: Omit<FlowTurn<ResetFlow>, 'cardTurn'>,
  input: NewPassword,
): Promise<void> {
  const { deps, flow, manager, account } = turn;
  const { accountId } = flow;
  const password = input.newPassword;
  const isTyped = password !== undefined && password.reveal() === input.confirmPassword?.reveal();
  if (!isTyped || flow.state.step !== 'unknown' || flow.state.server !== undefined) return;

  const failureId = await changeFlow(deps, flow, async (tx) => {
    if ((await proofBlock(account, tx)) !== undefined) return undefined;
    return tx.addFailure({ kind: 'proof', manager: manager.key, accountId });
  });
  if (failureId === undefined) return;
  const digest = await deps.store.digestPassword(accountId, password);
  const byName = manager.entry.displayName;
  const sought = { password, digest, byName, isTheOneSent: false };
  const outcome = await lookForOutcome(deps, flow, sought);
  if (outcome === 'settled') await deps.store.transaction((tx) => tx.removeFailure(failureId));
}
