import type { Flow } from '../domain/flow.ts';
import type { Locale } from '../domain/parties.ts';
import type { Problem } from '../domain/reasons.ts';
import type { View } from '../domain/view.ts';
import type { ManagerRecord } from '../ports/store.ts';
import type { Deps } from './deps.ts';
import { endFlow, isSamePerson, lockFlow, readFlowHandle, settled } from './flows.ts';
import { homeView, NOT_RESPONSIBLE } from './home.ts';
import type { Answer, Person } from './input.ts';
import { auditDenied, identify, type Manager } from './people.ts';
import { viewOf } from './views.ts';

/** One input on its way: who, in which language, and for how long. */
export interface Tap {
  readonly deps: Deps;
  readonly person: Person;
  readonly record: ManagerRecord;
  readonly locale: Locale;
  readonly signal: AbortSignal;
}

/** What answers, without the language. */
export type Reply = Omit<Answer, 'locale'>;

/** The person as a manager, or the card that turns them away. */
export async function admit(tap: Tap): Promise<Manager | { readonly view: View }> {
  const { deps, person, record, locale, signal } = tap;
  const entry = await identify(deps, person, record, signal);
  if (typeof entry === 'string') return { view: { card: 'refused', problem: { reason: entry } } };
  return { key: person.key, locale, entry };
}

/** The start card; refused where the person answers for nothing. */
export async function showHome(tap: Tap, problem?: Problem): Promise<Reply> {
  const manager = await admit(tap);
  if ('view' in manager) return manager;
  return { view: await homeView(tap.deps, manager, tap.signal, problem) };
}

/** The card of a flow as it stands, once no operation of it is under way. */
export async function showFlow(tap: Tap, flow: Flow, problem?: Problem): Promise<Reply> {
  const { deps, signal } = tap;
  const waited = await settled(deps, flow, signal);
  const canExpire = waited.endedAt === undefined && waited.state.step !== 'unknown';
  const current = canExpire && isPast(deps, waited) ? await endExpired(deps, waited) : waited;
  const view = viewOf(current, deps.store.now(), problem);
  if (view === undefined) return showHome(tap, { reason: 'flowExpired' });
  return { view, flow: { id: current.id, messageId: current.messageId } };
}

/** Whether the flow's time is over. */
export function isPast({ store }: Deps, { expiresAt }: Flow): boolean {
  return store.now() > expiresAt;
}

async function endExpired(deps: Deps, flow: Flow): Promise<Flow> {
  return deps.store.transaction(async (tx) => {
    const locked = await lockFlow(tx, flow);
    return tx.now > locked.expiresAt ? endFlow(tx, locked, { type: 'expired' }) : locked;
  });
}

/** The one refusal for all that is not the person's own; the auditor is told. */
export async function denyTap(tap: Tap, accountId?: string): Promise<Reply> {
  await auditDenied(tap.deps, tap.person.key, accountId);
  return { view: NOT_RESPONSIBLE };
}

/** The person's own flow that a card's handle names, and the turn at which that card was drawn. */
export async function ownFlow(
  tap: Tap,
  handle: string | undefined,
): Promise<{ readonly flow: Flow; readonly turn: number } | undefined> {
  const read = readFlowHandle(handle);
  if (read === undefined) return undefined;
  const flow = await tap.deps.store.transaction((tx) => tx.flow(read.flowId));
  if (flow === undefined || !isSamePerson(flow.manager, tap.person.key)) return undefined;
  // No card was ever drawn at a turn that is still to come.
  if (read.turn > flow.turn) return undefined;
  return { flow, turn: read.turn };
}
