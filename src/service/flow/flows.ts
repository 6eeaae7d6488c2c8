import type { AuditEvent } from '../../domain/audit.ts';
import type { CodeEvent } from '../../domain/flows/codeSteps.ts';
import { stepEnrollment, type EnrollmentEvent } from '../../domain/flows/enrollment.ts';
import type { EnrollmentFlow, Flow, ResetFlow, UnlockFlow } from '../../domain/flows/flow.ts';
import {
  operationSince,
  OPERATION_LOST_MS,
  isEnded,
  type StoppingEvent,
} from '../../domain/flows/lifetime.ts';
import { managerName } from '../../domain/parties.ts';
import { stepReset, type ResetEvent } from '../../domain/flows/reset.ts';
import { stepUnlock, type UnlockEvent } from '../../domain/flows/unlock.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { again } from '../waiting/waiting.ts';

const POLL_MS = 60;

const accountLock = (accountId: string): string => `account:${accountId}`;

/** All changes of an account's flows, failures and numbers wait for one another here. */
export async function lockAccount(tx: StoreTransaction, accountId: string): Promise<void> {
  await tx.lock(accountLock(accountId));
}

/**
 * One transaction that changes a flow, which `work` gets as it stands under its account's lock: of two
 * taps at once one comes second.
 */
export function changeFlow<F extends Flow, T>(
  { store }: Pick<Deps, 'store'>,
  flow: F,
  work: (tx: StoreTransaction, current: F) => Promise<T>,
): Promise<T> {
  const lock = accountLock(flow.accountId);
  return store.transactionOn({ flow, lock }, (tx, current) => {
    if (current === undefined || !isOfPurpose(current, flow)) throw new Error('flow vanished');
    return work(tx, current);
  });
}

function isOfPurpose<F extends Flow>(current: Flow, flow: F): current is F {
  return current.purpose === flow.purpose;
}

/**
 * Saves the flow in its new state. `nextDraw` for a manager's input: cards drawn before are stale from then
 * on. An operation's answer keeps the draw, so that the card at hand stays good.
 */
export async function saveFlow<F extends Flow>(
  tx: StoreTransaction,
  flow: F,
  draw: 'nextDraw' | 'sameDraw',
): Promise<F> {
  const hasEnded = isEnded(flow.state);
  if (hasEnded) await tx.removePasscode(flow.id);
  const saved = await tx.saveFlow({
    ...flow,
    draw: draw === 'nextDraw' ? flow.draw + 1 : flow.draw,
    endedAt: hasEnded ? (flow.endedAt ?? tx.now) : undefined,
  });
  if (saved === undefined) throw new Error('flow was saved without its lock');
  return saved;
}

/** Takes an event into an enrollment and saves it. */
export async function advanceEnrollment(
  tx: StoreTransaction,
  flow: EnrollmentFlow,
  event: EnrollmentEvent,
  draw: 'nextDraw' | 'sameDraw' = 'nextDraw',
): Promise<EnrollmentFlow> {
  return saveFlow(tx, { ...flow, state: stepEnrollment(flow.state, event, tx.now) }, draw);
}

/** Takes an event into a reset and saves it. */
export async function advanceReset(
  tx: StoreTransaction,
  flow: ResetFlow,
  event: ResetEvent,
  draw: 'nextDraw' | 'sameDraw' = 'nextDraw',
): Promise<ResetFlow> {
  return saveFlow(tx, { ...flow, state: stepReset(flow.state, event, tx.now) }, draw);
}

/** Takes an event into an unlock and saves it. */
export async function advanceUnlock(
  tx: StoreTransaction,
  flow: UnlockFlow,
  event: UnlockEvent,
  draw: 'nextDraw' | 'sameDraw' = 'nextDraw',
): Promise<UnlockFlow> {
  return saveFlow(tx, { ...flow, state: stepUnlock(flow.state, event, tx.now) }, draw);
}

/** The flow after an event that every purpose knows. */
export function stepAny(flow: Flow, event: CodeEvent | StoppingEvent, now: number): Flow {
  switch (flow.purpose) {
    case 'enrollment':
      return { ...flow, state: stepEnrollment(flow.state, event, now) };
    case 'reset':
      return { ...flow, state: stepReset(flow.state, event, now) };
    case 'unlock':
      return { ...flow, state: stepUnlock(flow.state, event, now) };
  }
}

/** Ends an open flow and saves it; an ended one stays as it is. */
export async function endFlow(
  tx: StoreTransaction,
  flow: Flow,
  event: StoppingEvent,
): Promise<Flow> {
  if (isEnded(flow.state)) return flow;
  return saveFlow(tx, stepAny(flow, event, tx.now), 'nextDraw');
}

/** The actor and the place of an audit row about the flow. */
export function auditOf(flow: Flow): { actor: string; account: string; flow: string } {
  return { actor: managerName(flow.manager), account: flow.accountId, flow: flow.id };
}

/** The start of an enrollment, which sends nothing and which a person can repeat at will. */
export function enrollmentStarted(flow: Flow): AuditEvent {
  return { event: 'enrollment.started', result: 'ok', ...auditOf(flow) };
}

/** The proof of a right password, which sends nothing either. */
export function enrollmentProved(flow: Flow): AuditEvent {
  return { event: 'enrollment.proved', result: 'ok', ...auditOf(flow) };
}

/** Marks an operation as lost. */
export async function settleLost(
  tx: StoreTransaction,
  flow: Flow,
  lostAfterMs = OPERATION_LOST_MS,
): Promise<Flow> {
  const since = operationSince(flow.state);
  if (since === undefined || tx.now - since < lostAfterMs) return flow;
  if (flow.state.step === 'sendingCode') {
    const reason = 'smsUnavailable';
    tx.audit({ event: 'code.notSent', result: 'unknown', reason, ...auditOf(flow) });
    const event = { type: 'codeUncertain', draw: flow.draw } as const;
    return saveFlow(tx, stepAny(flow, event, tx.now), 'sameDraw');
  }
  const reason = 'directoryUnavailable';
  switch (flow.purpose) {
    case 'enrollment':
      return advanceEnrollment(tx, flow, { type: 'proofFailed', reason }, 'sameDraw');
    case 'unlock':
      return advanceUnlock(tx, flow, { type: 'notUnlocked', reason }, 'sameDraw');
    case 'reset':
      tx.audit({ event: 'reset.unknown', result: 'unknown', ...auditOf(flow) });
      return advanceReset(tx, flow, { type: 'outcomeUnknown' }, 'sameDraw');
  }
}

/**
 * Waits until no operation of the flow is under way, as long as the signal allows; the flow is then as the
 * operation left it. An operation that has been lost is settled here.
 */
export async function settled(deps: Deps, flow: Flow, signal: AbortSignal): Promise<Flow> {
  if (operationSince(flow.state) === undefined) return flow;
  let current = flow;
  await again(deps.delay, { first: POLL_MS }, signal, async () => {
    const read = (await deps.store.read((reads) => reads.flow(flow.id))) ?? current;
    const since = operationSince(read.state);
    const isLost = since !== undefined && deps.store.now() - since >= OPERATION_LOST_MS;
    current = isLost ? await changeFlow(deps, read, settleLost) : read;
    return operationSince(current.state) === undefined ? current : undefined;
  });
  return current;
}
