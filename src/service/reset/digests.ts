import type { Secret } from '../../domain/secret.ts';
import type { PasswordDigest } from '../../ports/store/passwords.ts';
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
  const patience = AbortSignal.any([signal, AbortSignal.timeout(HASH_WAIT_MS)]);
  return deps.store.digestPasswords(accountId, passwords, patience);
}

/** A digest as a flow keeps it. */
export function digestText({ digest }: PasswordDigest): string {
  return Buffer.from(digest).toString('base64');
}
