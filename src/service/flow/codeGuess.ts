import type { CodeEvent } from '../../domain/flows/codeSteps.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import { isPast, type StoppingEvent } from '../../domain/flows/lifetime.ts';
import { attemptsLeft, FAILURES_LOOKBACK_MS } from '../../domain/flows/lockout.ts';
import { readPasscode } from '../../domain/flows/passcode.ts';
import { Secret } from '../../domain/secret.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import {
  codeBudgetRefusal,
  codeExpiry,
  codesLockedUntil,
  issueCode,
  sendCode,
  type ReservedCode,
} from './codeSending.ts';
import type { Deps } from '../deps.ts';
import { tellOfLockAfterLift } from '../desk/callers.ts';
import { auditOf, changeFlow, endFlow, saveFlow, stepAny } from './flows.ts';
import type { SecretInput } from '../input.ts';
import type { FlowTap, Submission, Verb } from './table.ts';

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

function awaitsCode(
  flow: Flow,
): { readonly firstDraw: number; readonly expiresAt: number } | undefined {
  return flow.state.step === 'code' || flow.state.step === 'oldCode' ? flow.state : undefined;
}

/** A typed code; one that cannot be a code is refused uncounted. */
export function guess<F extends Flow>(
  take: (tap: FlowTap<F>, code: SecretInput) => Promise<Flow>,
): Verb<F, { readonly code: SecretInput }> {
  return {
    isFromAnyCard: true,
    refuse: (tap, { code }) =>
      readPasscode(code?.reveal() ?? '', tap.deps.settings.codeLength) === undefined
        ? refuseMalformedCode(tap)
        : undefined,
    take: (tap, { code }) => take(tap, code),
  };
}

async function refuseMalformedCode<F extends Flow>(tap: Submission<F>): Promise<Flow> {
  return submitStep<Flow>(tap, async (tx, current) => {
    const locked = await endWhereLocked(tap.deps, tx, current);
    if (locked !== undefined) return locked;
    return saveFlow(tx, stepAny(current, { type: 'codeMalformed' }, tx.now), 'nextDraw');
  });
}

/**
 * Compares a typed code. Every card of the same waiting step may bring a guess, so that a stale copy of the
 * card still works; the store tells a double tap from a second guess.
 */
export async function guessCode<F extends Flow, Todo>(
  tap: FlowTap<F>,
  input: SecretInput,
  onAccepted: (tx: StoreTransaction, current: F) => Promise<Submitted<F, Todo>>,
): Promise<Submitted<Flow, Todo>> {
  const { deps, cardDraw } = tap;
  const code = readPasscode(input?.reveal() ?? '', deps.settings.codeLength);
  return changeFlow(deps, tap.flow, async (tx, current) => {
    const waiting = awaitsCode(current);
    const isStale = waiting === undefined || cardDraw < waiting.firstDraw;
    if (isStale || code === undefined) return { flow: current };

    const locked = await endWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };
    if (!(await isStillEnrolled(tx, current))) {
      return { flow: await endFlow(tx, current, { type: 'expired' }) };
    }
    const { expiresAt } = waiting;
    const guess = { flowId: current.id, draw: cardDraw, code: new Secret(code), expiresAt };
    switch (await tx.tryPasscode(guess)) {
      case 'repeated':
        return { flow: current };
      case 'match':
        tx.audit({ event: 'code.accepted', result: 'ok', ...auditOf(current) });
        return onAccepted(tx, current);
      case 'noMatch':
        return { flow: await countWrongCode(deps, tx, current) };
    }
  });
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

async function countWrongCode(deps: Deps, tx: StoreTransaction, flow: Flow): Promise<Flow> {
  const { accountId, manager } = flow;
  await tx.addFailure({ kind: 'code', manager, accountId });
  tx.audit({ event: 'code.refused', result: 'refused', reason: 'codeRefused', ...auditOf(flow) });
  const locked = await endWhereLocked(deps, tx, flow);
  if (locked !== undefined) {
    await tellOfLockAfterLift(deps, tx, accountId);
    return locked;
  }
  const since = tx.now - FAILURES_LOOKBACK_MS;
  const times = await tx.failureTimes({ kind: 'code', accountId, manager, since });
  const left = attemptsLeft(times, deps.settings.codeAttempts, tx.now);
  const event: CodeEvent = { type: 'codeRefused', attemptsLeft: left };
  return saveFlow(tx, stepAny(flow, event, tx.now), 'nextDraw');
}

/** Ends an open flow that waits for a code while codes are locked; any other stays as it is. */
export async function refuseWhereLocked(deps: Deps, flow: Flow): Promise<Flow> {
  if (awaitsCode(flow) === undefined) return flow;
  const { manager, accountId } = flow;
  const seen = await deps.store.read((reads) => codesLockedUntil(deps, reads, manager, accountId));
  // Usually there is nothing to do, and no lock to take.
  if (seen === undefined) return flow;
  return changeFlow(deps, flow, async (tx, current) => {
    if (awaitsCode(current) === undefined) return current;
    return (await endWhereLocked(deps, tx, current)) ?? current;
  });
}

/** Ends the flow where no code of this manager or account counts now; else undefined. */
export async function endWhereLocked(
  deps: Deps,
  tx: StoreTransaction,
  flow: Flow,
): Promise<Flow | undefined> {
  const until = await codesLockedUntil(deps, tx, flow.manager, flow.accountId);
  if (until === undefined) return undefined;
  tx.audit({ event: 'code.locked', result: 'refused', reason: 'locked', ...auditOf(flow) });
  return endFlow(tx, flow, { type: 'refused', problem: { reason: 'locked', until } });
}

/** A new code to the number that the waiting card already shows. */
export const RESEND: Verb<Flow, unknown> = { take: resendCode };

async function resendCode(tap: FlowTap<Flow>): Promise<Flow> {
  const { deps, manager } = tap;
  const { flow, todo } = await submit<Flow, ReservedCode>(tap, async (tx, current) => {
    const { state } = current;
    if (state.step !== 'code' && state.step !== 'oldCode') return { flow: current };
    const locked = await endWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };

    const { mobile } = state;
    const to = { flowId: current.id, mobile, manager };
    const problem = await codeBudgetRefusal(deps, tx, to);
    if (problem !== undefined) {
      const refused = stepAny(current, { type: 'resendRefused', problem }, tx.now);
      return { flow: await saveFlow(tx, refused, 'nextDraw') };
    }
    const expiresAt = codeExpiry(deps, tx);
    const sending = stepAny(current, { type: 'resendAsked', expiresAt }, tx.now);
    const saved = await saveFlow(tx, sending, 'nextDraw');
    const purpose = state.step === 'oldCode' ? 'oldNumber' : current.purpose;
    return { flow: saved, todo: await issueCode(deps, tx, saved, { mobile, purpose, expiresAt }) };
  });
  return todo === undefined ? flow : deliver(tap, flow, todo);
}

/** Sends a reserved code in the manager's name. */
export async function deliver(
  { deps, manager, account, signal }: Omit<FlowTap<Flow>, 'flow' | 'cardDraw'>,
  flow: Flow,
  reserved: ReservedCode,
): Promise<Flow> {
  const names = {
    locale: manager.locale,
    accountName: account.name,
    byName: manager.entry.displayName,
  };
  return sendCode(deps, flow, reserved, names, signal);
}
