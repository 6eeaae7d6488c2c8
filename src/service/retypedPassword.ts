import type { ResetFlow } from '../domain/flow.ts';
import { LATE_WRITE_MS } from '../domain/lostWrite.ts';
import { digestInTurn } from './digests.ts';
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
  if (!isTyped || flow.state.step !== 'unknown' || isSought(flow.state, deps.store.now())) return;

  const [digest] = await digestInTurn(turn, accountId, [password]);
  if (digest === undefined) return;
  const failureId = await changeFlow(deps, flow, async (tx) => {
    if ((await proofBlock(account, tx)) !== undefined) return undefined;
    return tx.addFailure({ kind: 'proof', manager: manager.key, accountId });
  });
  if (failureId === undefined) return;
  const byName = manager.entry.displayName;
  const sought = { password, digest, byName, isTheOneSent: false };
  const { isOpen, hasBound } = await lookForOutcome(deps, flow, sought);
  // Without a bind nothing was tried that could count.
  if (!isOpen || !hasBound) await deps.store.transaction((tx) => tx.removeFailure(failureId));
}

/** Whether the process that sent the write may still be looking by itself: it would have found it by then. */
function isSought(
  { server, since }: Extract<ResetFlow['state'], { step: 'unknown' }>,
  now: number,
): boolean {
  return server !== undefined && now - since < LATE_WRITE_MS;
}
