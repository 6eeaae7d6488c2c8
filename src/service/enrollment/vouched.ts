import { entryMobile } from '../../domain/mobile.ts';
import type { KnownMobile, Vouch } from '../../domain/flows/flow.ts';
import type { Account } from '../../ports/account.ts';
import type { Deps } from '../deps.ts';
import { vouchesOf, vouchOf } from '../desk/callers.ts';
import type { Manager } from '../people/managers.ts';

/** An agent's word for a manager, and the number that it is for. */
export interface Vouched {
  readonly vouch: Vouch;
  readonly known: KnownMobile;
}

/**
 * An agent's word for a manager who begins an enrollment now; undefined where there is none, the agent is
 * no member any more, or the directory holds no mobile.
 * @throws DirectoryError where the directory does not answer.
 */
export async function vouchedFor(
  deps: Deps,
  { key, entry }: Manager,
  { id }: Account,
  signal: AbortSignal,
): Promise<Vouched | undefined> {
  const { isOpen, mayVouch } = deps.settings.desk;
  const mobile = entryMobile(entry, deps.settings.smsCountries);
  if (!isOpen || !mayVouch || mobile === undefined) return undefined;
  const check = await deps.store.read((reads) => vouchOf(reads, key, id));
  if (check === undefined) return undefined;
  const { isAgent } = await deps.directory.standingOf({ id: check.agentEntry }, signal);
  if (!isAgent) return undefined;
  const { id: checkId, agentName } = check;
  return { vouch: { checkId, agentName }, known: { mobile, isEnrolled: false } };
}

/**
 * Whether an agent's word counts still: nothing has ended it, vouching is allowed, the agent is a member, and
 * the number is the directory's.
 * @throws DirectoryError where the directory does not answer.
 */
export async function isVouchGood(
  deps: Deps,
  { key, entry }: Manager,
  { id }: Account,
  { checkId }: Vouch,
  mobile: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const { isOpen, mayVouch } = deps.settings.desk;
  const isKnown = mobile !== undefined && mobile === entryMobile(entry, deps.settings.smsCountries);
  if (!isOpen || !mayVouch || !isKnown) return false;
  const vouches = await deps.store.read((reads) => vouchesOf(reads, key, id));
  const check = vouches.find((vouch) => vouch.id === checkId);
  if (check === undefined) return false;
  return (await deps.directory.standingOf({ id: check.agentEntry }, signal)).isAgent;
}
