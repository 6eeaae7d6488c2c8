import { parseMobile } from '../../domain/mobile.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { KnownMobile, Vouch } from '../../domain/flows/enrollment.ts';
import { operationSince } from '../../domain/flows/flow.ts';
import type { Account } from '../../ports/account.ts';
import type { Deps } from '../deps.ts';
import { endFlow } from '../flow/flows.ts';
import type { Manager } from '../people/people.ts';
import { auditOfAgent } from './ask.ts';
import { vouchesOf, vouchIn, vouchOf } from './callers.ts';
import type { ManagerFacts } from './facts.ts';
import { takeDraw, type DeskTap } from './look.ts';

/** Lets a confirmed manager enroll the directory's mobile without the password, for a while. */
export async function vouchFor(
  deskTap: DeskTap,
  { recipient, check: known }: ManagerFacts,
): Promise<Problem | undefined> {
  const { deps, signal } = deskTap;
  if (recipient === undefined || known === undefined) return undefined;
  const entry = await deps.directory.managerById(recipient.person.id, signal);
  if (mobileIn(deps, entry) === undefined) return { reason: 'noDirectoryMobile' };
  await deps.store.transaction(async (tx) => {
    if (!(await takeDraw(tx, deskTap))) return;
    if ((await tx.enrollment(known.manager, known.accountId)) !== undefined) return;
    const check = await vouchIn(tx, known);
    if (check === undefined) return;
    tx.audit({ event: 'desk.vouched', result: 'ok', ...auditOfAgent(check) });
    // An enrollment that asks for the password must not stand in the way.
    const open = await tx.openFlow(check.manager, check.accountId);
    if (open?.purpose !== 'enrollment' || operationSince(open.state) !== undefined) return;
    await endFlow(tx, open, { type: 'superseded' });
  });
  return undefined;
}

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
  const mobile = mobileIn(deps, entry);
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
  if (!isOpen || !mayVouch || mobile === undefined || mobileIn(deps, entry) !== mobile)
    return false;
  const vouches = await deps.store.read((reads) => vouchesOf(reads, key, id));
  const check = vouches.find((vouch) => vouch.id === checkId);
  if (check === undefined) return false;
  return (await deps.directory.standingOf({ id: check.agentEntry }, signal)).isAgent;
}

function mobileIn(
  { settings }: Pick<Deps, 'settings'>,
  entry: Manager['entry'] | undefined,
): string | undefined {
  return parseMobile(entry?.mobile ?? '', settings.smsCountries);
}
