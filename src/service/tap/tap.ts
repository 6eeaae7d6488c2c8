import type { Flow } from '../../domain/flows/flow.ts';
import { isPast, operationSince } from '../../domain/flows/lifetime.ts';
import { isSamePerson, type Locale } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { View } from '../../ports/view.ts';
import type { Account } from '../../ports/account.ts';
import type { ManagerRecord } from '../../ports/store/people.ts';
import type { Deps } from '../deps.ts';
import { changeFlow, endFlow, settled } from '../flow/flows.ts';
import { readFlowHandle } from './handles.ts';
import { homeView, NOT_RESPONSIBLE, type HomeOptions } from './home.ts';
import type { Answer, Person } from '../input.ts';
import type { Manager } from '../people/managers.ts';
import { identify } from '../people/identity.ts';
import { viewOf } from '../flow/views.ts';

/** One input on its way: its sender, language and deadline. */
export interface Tap {
  readonly deps: Deps;
  readonly person: Person;
  readonly record: ManagerRecord;
  readonly locale: Locale;
  readonly signal: AbortSignal;
  /** The flow that the tapped card's handle names, of any manager. */
  readonly named: Flow | undefined;
}

/** The answer to a tap, without the language. */
export type Reply = Omit<Answer, 'locale'>;

/** The person as a manager, or the card that turns them away. */
export async function admit(tap: Tap): Promise<Manager | { readonly view: View }> {
  const { deps, person, record, locale, signal } = tap;
  if (deps.denials.isKnown(person.key)) return denyTap(tap);
  const entry = await identify(deps, person, record, signal);
  if (entry === 'notResponsible') return { view: NOT_RESPONSIBLE };
  if (typeof entry === 'string') return { view: { card: 'refused', problem: { reason: entry } } };
  return { key: person.key, locale, entry };
}

/**
 * The person as a manager with one of the accounts that they answer for, or the card that turns the person
 * away; `deny` makes it where the directory has just said that they do not answer for that account.
 * @throws DirectoryError where the directory does not answer.
 */
export async function admitTo(
  tap: Tap,
  accountId: string,
  deny = (): Promise<Reply> => denyTap(tap, accountId),
): Promise<{ readonly manager: Manager; readonly account: Account } | Reply> {
  const { deps, person, signal } = tap;
  if (deps.denials.isKnown(person.key, accountId)) return denyTap(tap, accountId);
  const manager = await admit(tap);
  if ('view' in manager) return manager;
  const account = await deps.directory.accountOf(manager.entry, accountId, signal);
  if (account !== undefined) return { manager, account };
  deps.denials.foundNothing(person.key, accountId);
  return deny();
}

/** The start card; refused where the person answers for nothing. */
export async function showHome(tap: Tap, options: HomeOptions = {}): Promise<Reply> {
  const manager = await admit(tap);
  if ('view' in manager) return manager;
  return { view: await homeView(tap.deps, manager, tap.signal, options) };
}

/** The card of a flow as it stands, once no operation of it is under way. */
export async function showFlow(tap: Tap, flow: Flow, problem?: Problem): Promise<Reply> {
  const { deps, signal } = tap;
  const waited = await settled(deps, flow, signal);
  const isExpired = waited.endedAt === undefined && isPast(waited, deps.store.now());
  const current = isExpired ? await endExpired(deps, waited) : waited;
  const view = viewOf(current, deps.store.now(), problem);
  if (view === undefined) {
    return showHome(tap, { problem: { reason: 'flowExpired' }, about: flow.accountId });
  }
  return { view, flow: { id: current.id, messageId: current.messageId } };
}

/** An operation in flight or with unknown outcome cannot be cancelled. */
export function isBeyondRecall({ state }: Flow): boolean {
  return operationSince(state) !== undefined || state.step === 'unknown';
}

async function endExpired(deps: Deps, flow: Flow): Promise<Flow> {
  return changeFlow(deps, flow, async (tx, current) =>
    isPast(current, tx.now) ? endFlow(tx, current, { type: 'expired' }) : current,
  );
}

/** The one refusal of another's card or account; the auditor is told. */
export async function denyTap(
  { deps, person }: Tap,
  accountId?: string,
): Promise<{ readonly view: View }> {
  await deps.denials.audit(person.key, accountId);
  const isTurnedAway = person.roster.status === 'notAllowed' || deps.denials.isKnown(person.key);
  return { view: isTurnedAway ? NOT_RESPONSIBLE : { ...NOT_RESPONSIBLE, isHome: false } };
}

/** The person's own flow that a card's handle names, and the draw of that card. */
export function ownFlow(
  { named, person }: Tap,
  handle: string | undefined,
): { readonly flow: Flow; readonly draw: number } | undefined {
  const read = readFlowHandle(handle);
  if (read === undefined || read.flowId !== named?.id) return undefined;
  // No card has a draw that is still to come.
  const isOwn = isSamePerson(named.manager, person.key) && read.draw <= named.draw;
  return isOwn ? { flow: named, draw: read.draw } : undefined;
}
