import type { ResetFlow } from '../domain/flow.ts';
import { proofAllowance } from '../domain/lockout.ts';
import { GIVE_UP_MS, LATE_WRITE_MS } from '../domain/lostWrite.ts';
import type { Secret } from '../domain/secret.ts';
import { DirectoryError, type Account } from '../ports/directory.ts';
import type { PasswordDigest } from '../ports/records.ts';
import type { StoreTransaction } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { digestInTurn } from './digests.ts';
import { changeFlow, isSamePerson } from './flows.ts';
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
  const { deps, flow, manager } = turn;
  const { accountId } = flow;
  const password = input.newPassword;
  const isTyped = password !== undefined && password.reveal() === input.confirmPassword?.reveal();
  if (!isTyped || flow.state.step !== 'unknown' || isSought(flow.state, deps.store.now())) return;

  const [digest] = await digestInTurn(turn, accountId, [password]);
  if (digest === undefined) return;
  const failureId = await countBind(turn);
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

/**
 * Whether the password may be one that an earlier flow of the same manager wrote: it was found in
 * force when the manager had gone on without being told.
 */
export async function mayBeOwnLostWrite(
  { settings }: Deps,
  tx: StoreTransaction,
  flow: ResetFlow,
  digest: PasswordDigest,
): Promise<boolean> {
  if (!(await tx.isInHistory(flow.accountId, digest, settings.passwordHistory))) return false;
  const resets = await tx.resetsAround(flow.accountId, tx.now - GIVE_UP_MS, tx.now);
  const [latest] = resets
    .filter((reset) => reset.purpose === 'reset' && isSamePerson(reset.manager, flow.manager))
    .filter(({ state }) => 'wasUnknown' in state || state.step === 'done')
    .sort((a, b) => b.startedAt - a.startedAt);
  return latest !== undefined && 'wasUnknown' in latest.state && latest.state.wasUnknown === true;
}

/**
 * Binds once with a password that would be refused as used before: it may be the one in force.
 * @throws DirectoryError where the directory does not answer.
 */
export async function provesInForce(turn: FlowTurn<ResetFlow>, password: Secret): Promise<boolean> {
  const { deps, account, signal } = turn;
  const failureId = await countBind(turn);
  if (failureId === undefined) return false;
  const mayBind = ({ lockout }: Account): boolean => proofAllowance(lockout) !== 'refused';
  let isCounted = true;
  try {
    const outcome = await deps.directory.provePassword(account.id, password, signal, mayBind);
    isCounted = outcome === 'wrong';
    return outcome === 'proved';
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error;
    // A bind whose answer was lost has reached the directory: it stays counted.
    isCounted = error.code === 'noAnswer';
    if (error.code === 'undecided') return false;
    throw error;
  } finally {
    if (!isCounted) await deps.store.transaction((tx) => tx.removeFailure(failureId));
  }
}

/** Counts a bind before it is sent; undefined where none may be. */
async function countBind({
  deps,
  flow,
  manager,
  account,
}: Omit<FlowTurn<ResetFlow>, 'cardTurn'>): Promise<string | undefined> {
  return changeFlow(deps, flow, async (tx) => {
    if ((await proofBlock(account, tx)) !== undefined) return undefined;
    return tx.addFailure({ kind: 'proof', manager: manager.key, accountId: account.id });
  });
}
