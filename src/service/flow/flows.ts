import type { AuditEvent } from '../../domain/audit.ts';
import type { CodeEvent } from '../../domain/flows/codeSteps.ts';
import { stepEnrollment, type EnrollmentEvent } from '../../domain/flows/enrollment.ts';
import type { EnrollmentFlow, Flow, ResetFlow, UnlockFlow } from '../../domain/flows/flow.ts';
import {
  operationSince,
  OPERATION_LOST_MS,
  isEnded,
  isPast,
  type StoppingEvent,
} from '../../domain/flows/lifetime.ts';
import { managerName } from '../../domain/parties.ts';
import { stepReset, type ResetEvent } from '../../domain/flows/reset.ts';
import { stepUnlock, type UnlockEvent } from '../../domain/flows/unlock.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { again, within } from '../waiting/waiting.ts';

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
 * `nextDraw` for a manager's input: cards drawn before are stale from then on. An operation's answer keeps the draw,
 * so that the card at hand stays good.
 */
type Draw = 'nextDraw' | 'sameDraw';

/** Saves the flow in its new state. */
export async function saveFlow<F extends Flow>(
  tx: StoreTransaction,
  flow: F,
  draw: Draw,
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

/** Takes an event into a flow by its machine and saves it. */
function advanceBy<F extends Flow, E>(
  step: (state: F['state'], event: E, now: number) => F['state'],
) {
  return (tx: StoreTransaction, flow: F, event: E, draw: Draw = 'nextDraw'): Promise<F> =>
    saveFlow(tx, { ...flow, state: step(flow.state, event, tx.now) }, draw);
}

export const advanceEnrollment = advanceBy<EnrollmentFlow, EnrollmentEvent>(stepEnrollment);
export const advanceReset = advanceBy<ResetFlow, ResetEvent>(stepReset);
export const advanceUnlock = advanceBy<UnlockFlow, UnlockEvent>(stepUnlock);

/** Takes an event that every purpose knows into a flow and saves it. */
export async function advanceAny(
  tx: StoreTransaction,
  flow: Flow,
  event: CodeEvent | StoppingEvent,
  draw: Draw = 'nextDraw',
): Promise<Flow> {
  switch (flow.purpose) {
    case 'enrollment':
      return advanceEnrollment(tx, flow, event, draw);
    case 'reset':
      return advanceReset(tx, flow, event, draw);
    case 'unlock':
      return advanceUnlock(tx, flow, event, draw);
  }
}

/** Ends an open flow and saves it; an ended one stays as it is. */
export async function endFlow(
  tx: StoreTransaction,
  flow: Flow,
  event: StoppingEvent,
): Promise<Flow> {
  return isEnded(flow.state) ? flow : advanceAny(tx, flow, event);
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

/** A tap on a card of the manager's own flow. */
export interface Submission<F extends Flow> {
  readonly deps: Deps;
  readonly flow: F;
  /** The draw of the tapped card. */
  readonly cardDraw: number;
}

/** The result of a submission: the flow, and the work to do outside where this tap reserved it. */
export interface Submitted<F extends Flow, Todo> {
  readonly flow: F;
  readonly todo?: Todo;
}

/**
 * Takes the flow under its lock and hands it to `work` only if the tapped card is still the current
 * one; of two taps at once the second gets the flow as the first has left it.
 */
export async function submit<F extends Flow, Todo, Left extends Flow = F>(
  tap: Submission<F>,
  work: (tx: StoreTransaction, current: F) => Promise<Submitted<Left, Todo>>,
): Promise<Submitted<F | Left, Todo>> {
  return changeFlow(tap.deps, tap.flow, async (tx, current) => {
    const isOver = current.endedAt !== undefined || isPast(current, tx.now);
    return isOver || current.draw !== tap.cardDraw ? { flow: current } : work(tx, current);
  });
}

/** The same where nothing is left to do outside. */
export async function submitStep<F extends Flow, Left extends Flow = F>(
  tap: Submission<F>,
  work: (tx: StoreTransaction, current: F) => Promise<Left>,
): Promise<F | Left> {
  const { flow } = await submit<F, never, Left>(tap, async (tx, current) => ({
    flow: await work(tx, current),
  }));
  return flow;
}

/** Ends the flow with an event that every purpose knows. */
export async function endTap<F extends Flow>(
  tap: Submission<F>,
  event: StoppingEvent,
): Promise<Flow> {
  return changeFlow<Flow, Flow>(tap.deps, tap.flow, (tx, current) => endFlow(tx, current, event));
}

/**
 * Whether the manager has the number that the flow goes by: a code counts only for the one it was sent to
 * (requirement C8). A revoke during an operation leaves the flow open; its next step ends it here.
 */
export async function isStillEnrolled(tx: StoreTransaction, flow: Flow): Promise<boolean> {
  if (flow.purpose === 'enrollment') return true;
  const enrollment = await tx.enrollment(flow.manager, flow.accountId);
  if (flow.state.step !== 'code') return enrollment !== undefined;
  return enrollment?.id === flow.state.enrollmentId;
}

/**
 * Whether the flow still waits for the operation with which it was saved as `begun`: one that was taken for lost
 * may have been followed by the next, whose answer is another.
 */
export function isAwaited(current: Flow, begun: Flow): boolean {
  return current.draw === begun.draw && current.state.step === begun.state.step;
}

/** A failure is not held up longer by a slow database, ms. */
const LATER_TAP_MS = 1_000;

/**
 * The flow as a later tap has left it since it was read; undefined where none came, or the store is away: a failure that comes late, as
 * of an instance that stood still, must not cover that tap's card.
 */
export async function leftByLaterTap(
  { store }: Pick<Deps, 'store'>,
  flow: Flow,
): Promise<Flow | undefined> {
  const look = store.read((reads) => reads.flow(flow.id, flow)).catch(() => undefined);
  const current = await within(LATER_TAP_MS, look);
  return current?.draw === flow.draw ? undefined : current;
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
    return advanceAny(tx, flow, event, 'sameDraw');
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
