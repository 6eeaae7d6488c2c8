import {
  busyUntil,
  drawNumbers,
  isOutOfReach,
  PICK_MS,
  type CallerCheck,
} from '../../domain/desk/callerCheck.ts';
import { HOUR_MS } from '../../domain/durations.ts';
import { managerName } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { CallerView } from '../../ports/deskView.ts';
import { post } from '../chat/post.ts';
import type { Recipient, Way } from '../chat/recipients.ts';
import type { Deps } from '../deps.ts';
import { agentNameFor } from './agent.ts';
import { auditOfAgent, changeCaller } from './callers.ts';
import type { ManagerFacts } from './facts.ts';
import { callerId, deskHandle } from '../tap/handles.ts';
import { takeDraw, type DeskTap } from './look.ts';

/** Asks a manager in Teams whether it is they who call; gives the problem where that cannot be asked. */
export async function askCaller(
  deskTap: DeskTap,
  { recipient }: ManagerFacts,
): Promise<Problem | undefined> {
  const { deps, signal } = deskTap;
  const way = recipient?.way;
  if (recipient === undefined || way === undefined) return { reason: 'callerNotReached' };
  // Saved before anything is posted: whatever happens then, nothing is asked twice.
  const asked = await deps.store.transaction((tx) => reserve(deskTap, tx, recipient, way));
  if (asked === undefined || 'reason' in asked) return asked;
  const delivered = await post(deps, { way, locale: recipient.locale }, callerView(asked), signal);
  switch (delivered.outcome) {
    case 'sent': {
      const { messageId } = delivered;
      await deps.store.transaction((tx) => tx.setCallerMessage(asked.id, messageId));
      return undefined;
    }
    case 'unknown':
      // It may have come: the manager can answer until the time is over.
      return undefined;
    case 'unreachable':
    case 'failed':
    case 'busy':
      await noteNotReached(deps, asked);
      return { reason: 'callerNotReached' };
  }
}

/** The question's card; it names no account, so that nobody else learns which one the call is about. */
export function callerView({ id, agentName, state }: CallerCheck, problem?: Problem): CallerView {
  const numbers = state.step === 'waiting' ? state.numbers : [];
  return {
    card: 'caller',
    agentName,
    choices: numbers.map((number, index) => ({
      number,
      handle: deskHandle({ id, draw: 0, place: index + 1 }),
    })),
    denyHandle: deskHandle({ id, draw: 0, place: 0 }),
    problem,
  };
}

async function reserve(
  deskTap: DeskTap,
  tx: StoreTransaction,
  { person }: Recipient,
  { key: manager }: Way,
): Promise<CallerCheck | Problem | undefined> {
  const { deps, agent, look, facts } = deskTap;
  if (!(await takeDraw(tx, deskTap))) return undefined;
  await tx.lock(`caller:${managerName(manager)}`);
  const recent = await tx.callerChecksWith({ manager }, tx.now - HOUR_MS);
  if (isOutOfReach(recent, tx.now)) return { reason: 'callerNotReached' };
  const until = busyUntil(recent, tx.now);
  if (until !== undefined) return { reason: 'callerBusy', until };
  const numbers = drawNumbers((max) => deps.random.below(max));
  const expiresAt = tx.now + PICK_MS;
  const check: CallerCheck = {
    id: callerId(deps.random.id()),
    agent: agent.key,
    agentEntry: agent.entry.id,
    agentName: agentNameFor(deps, agent, facts.managers),
    manager,
    managerEntry: person.id,
    accountId: look.accountId,
    accountName: look.accountName,
    lookId: look.id,
    askedAt: tx.now,
    version: 0,
    state: {
      step: 'waiting',
      numbers,
      right: numbers[deps.random.below(numbers.length)] ?? 0,
      expiresAt,
    },
  };
  await tx.addCallerCheck(check, expiresAt + 1);
  tx.audit({ event: 'desk.callerAsked', result: 'ok', ...auditOfAgent(check) });
  return check;
}

async function noteNotReached(deps: Deps, asked: CallerCheck): Promise<void> {
  await changeCaller(deps, asked, { type: 'notReached' }, (tx, check) => {
    const reason = 'callerNotReached';
    tx.audit({ event: 'desk.callerAsked', result: 'failed', ...auditOfAgent(check), reason });
  });
}
