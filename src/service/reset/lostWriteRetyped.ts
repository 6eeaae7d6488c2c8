import type { Flow, ResetFlow } from '../../domain/flows/flow.ts';
import { GIVE_UP_MS, LATE_WRITE_MS, mayBeChangeOf } from '../../domain/flows/lostWrite.ts';
import { sendsOf, sentBy } from '../../domain/flows/reset.ts';
import type { Secret } from '../../domain/secret.ts';
import { DirectoryError } from '../../ports/errors.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import { countedBind } from '../proof/countedBind.ts';
import { digestInTurn, digestText, hasSent } from './digests.ts';
import { isSamePerson } from '../../domain/parties.ts';
import type { ResetTap } from '../flow/table.ts';
import type { NewPassword } from '../input.ts';
import { lookForOutcome, seenChange } from './lostWriteSearch.ts';

/**
 * A password of the flow typed again while its outcome is unknown: where the directory shows a change
 * and this password binds, the write was carried out. Any other password is not tried.
 */
export async function proveLostWrite(tap: ResetTap, input: NewPassword): Promise<Flow> {
  const { deps, flow } = tap;
  await tryLostWrite(tap, input);
  return (await deps.store.read((reads) => reads.flow(flow.id))) ?? flow;
}

async function tryLostWrite(tap: ResetTap, input: NewPassword): Promise<void> {
  const { deps, flow, manager } = tap;
  const password = input.newPassword;
  const isTyped = password !== undefined && password.reveal() === input.confirmPassword?.reveal();
  if (!isTyped || flow.state.step !== 'unknown' || isSought(flow.state, deps.store.now())) return;

  const [digest] = await digestInTurn(tap, flow.accountId, [password]);
  if (digest === undefined || !hasSent(flow, digest)) return;
  const byName = manager.entry.displayName;
  await lookForOutcome(deps, flow, { password, digest, byName, isTyped });
}

/**
 * Whether the process that sent the write may still be looking: after this long it would have found the
 * outcome.
 */
function isSought(
  { server, since }: Extract<ResetFlow['state'], { step: 'unknown' }>,
  now: number,
): boolean {
  return server !== undefined && now - since < LATE_WRITE_MS;
}

/**
 * The same manager's earlier reset that sent that password, where its outcome was not told and the
 * account's last change can be that password's.
 */
export async function sentEarlier(
  tx: StoreTransaction,
  { flow, account }: Pick<ResetTap, 'flow' | 'account'>,
  digest: PasswordDigest,
): Promise<ResetFlow | undefined> {
  const resets = await tx.resetsAround(flow.accountId, tx.now - GIVE_UP_MS, tx.now);
  const earlier = resets
    .filter(({ id, manager }) => id !== flow.id && isSamePerson(manager, flow.manager))
    .sort((a, b) => b.startedAt - a.startedAt);
  const told = earlier.findIndex(
    ({ state }) => state.step === 'done' && sentBy(state).length === 0,
  );
  const untold = told === -1 ? earlier : earlier.slice(0, told);
  if (untold.length === 0) return undefined;
  const seen = await seenChange(tx, account);
  const text = digestText(digest);
  return untold.find(({ state }) => mayBeChangeOf(sendsOf(state, text), seen));
}

/**
 * Whether a password that an earlier reset sent is in force, by one bind.
 * @throws DirectoryError where the directory does not answer.
 */
export async function provesInForce(
  { deps, flow, account, signal }: ResetTap,
  password: Secret,
): Promise<boolean> {
  try {
    const binds = await countedBind(deps, flow, { account, isTyped: true }, async (mayBind) => {
      const proof = await deps.directory.provePassword(account.id, password, signal, mayBind);
      return proof === 'locked' ? undefined : proof === 'proved';
    });
    return binds === true;
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'undecided') return false;
    throw error;
  }
}
