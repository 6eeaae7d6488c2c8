import type { ResetFlow } from '../../domain/flows/flow.ts';
import { sentBy } from '../../domain/flows/reset.ts';
import type { Secret } from '../../domain/secret.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
import { withDeadline } from '../../ports/deadline.ts';
import type { Deps } from '../deps.ts';

/**
 * How long a tap waits for its passwords to be hashed, ms: the rest of the tap's time is longer than the
 * directory's time for an answer, so that a crowd of taps is never mistaken for a directory's fault.
 */
const HASH_WAIT_MS = 6_000;

/**
 * The digests of passwords, once it is this tap's turn.
 * @throws StoreError `busy` where that takes longer than a tap can wait.
 */
export function digestInTurn(
  { deps, signal }: { readonly deps: Pick<Deps, 'store'>; readonly signal: AbortSignal },
  accountId: string,
  passwords: readonly Secret[],
): Promise<PasswordDigest[]> {
  return withDeadline(HASH_WAIT_MS, signal, (patience) =>
    deps.store.digestPasswords(accountId, passwords, patience),
  );
}

/** A digest as a flow keeps it. */
export function digestText({ digest }: PasswordDigest): string {
  return Buffer.from(digest).toString('base64');
}

/** Whether the flow has sent that password without telling its manager the outcome. */
export function hasSent({ state }: ResetFlow, digest: PasswordDigest): boolean {
  const text = digestText(digest);
  return sentBy(state).some((sent) => sent.digest === text);
}
