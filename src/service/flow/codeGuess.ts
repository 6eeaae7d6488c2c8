import type { Flow } from '../../domain/flows/flow.ts';
import { readPasscode } from '../../domain/flows/passcode.ts';
import { Secret } from '../../domain/secret.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { tellOfLockAfterLift } from '../desk/callers.ts';
import type { TypedCode } from '../input.ts';
import { codeAttempts } from './codesLocked.ts';
import type { FlowTap, Verb } from './table.ts';
import {
  type Submission,
  type Submitted,
  advanceAny,
  auditOf,
  changeFlow,
  endFlow,
  isStillEnrolled,
  submitStep,
} from './flows.ts';

function awaitsCode({
  state,
}: Flow): Extract<Flow['state'], { step: 'code' | 'oldCode' }> | undefined {
  return state.step === 'code' || state.step === 'oldCode' ? state : undefined;
}

/** A typed code; one that cannot be a code is refused uncounted. */
export function guess<F extends Flow>(take: Verb<F, TypedCode>['take']): Verb<F, TypedCode> {
  return {
    isFromAnyCard: true,
    refuse: (tap, { code }) =>
      readPasscode(code?.reveal() ?? '', tap.deps.settings.codeLength) === undefined
        ? refuseMalformedCode(tap)
        : undefined,
    take,
  };
}

async function refuseMalformedCode<F extends Flow>(tap: Submission<F>): Promise<Flow> {
  return submitStep<Flow>(tap, async (tx, current) => {
    const locked = await endWhereLocked(tap.deps, tx, current);
    if (locked !== undefined) return locked;
    return advanceAny(tx, current, { type: 'codeMalformed' });
  });
}

/**
 * Compares a typed code. Every card of the same waiting step may bring a guess, so that a stale copy of the
 * card still works; the store tells a double tap from a second guess.
 */
export async function guessCode<F extends Flow, Todo>(
  tap: FlowTap<F>,
  typed: TypedCode,
  onAccepted: (tx: StoreTransaction, current: F) => Promise<Submitted<F, Todo>>,
): Promise<Submitted<Flow, Todo>> {
  const { deps, cardDraw } = tap;
  const code = readPasscode(typed.code?.reveal() ?? '', deps.settings.codeLength);
  return changeFlow(deps, tap.flow, async (tx, current) => {
    const waiting = awaitsCode(current);
    const isStale = waiting === undefined || cardDraw < waiting.firstDraw;
    if (isStale || code === undefined) return { flow: current };

    const locked = await endWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };
    if (!(await isStillEnrolled(tx, current))) {
      return { flow: await endFlow(tx, current, { type: 'expired' }) };
    }
    const { mobile, expiresAt } = waiting;
    const to = { flowId: current.id, mobile };
    const guess = { ...to, draw: cardDraw, code: new Secret(code), expiresAt };
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

async function countWrongCode(deps: Deps, tx: StoreTransaction, flow: Flow): Promise<Flow> {
  const { accountId, manager } = flow;
  await tx.addFailure({ kind: 'code', manager, accountId });
  tx.audit({ event: 'code.refused', result: 'refused', reason: 'codeRefused', ...auditOf(flow) });
  const { lockedUntil, left } = await codeAttempts(deps, tx, manager, accountId);
  if (lockedUntil === undefined) {
    return advanceAny(tx, flow, { type: 'codeRefused', attemptsLeft: left });
  }
  await tellOfLockAfterLift(deps, tx, accountId);
  return endLocked(tx, flow, lockedUntil);
}

/** Ends an open flow that waits for a code while codes are locked; any other stays as it is. */
export async function refuseWhereLocked(deps: Deps, flow: Flow): Promise<Flow> {
  if (awaitsCode(flow) === undefined) return flow;
  const { manager, accountId } = flow;
  const seen = await deps.store.read((reads) => codeAttempts(deps, reads, manager, accountId));
  // Usually there is nothing to do, and no lock to take.
  if (seen.lockedUntil === undefined) return flow;
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
  const { lockedUntil } = await codeAttempts(deps, tx, flow.manager, flow.accountId);
  return lockedUntil === undefined ? undefined : endLocked(tx, flow, lockedUntil);
}

function endLocked(tx: StoreTransaction, flow: Flow, until: number): Promise<Flow> {
  tx.audit({ event: 'code.locked', result: 'refused', reason: 'locked', ...auditOf(flow) });
  return endFlow(tx, flow, { type: 'refused', problem: { reason: 'locked', until } });
}
