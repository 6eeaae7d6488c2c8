import type { EnrollmentState, Flow } from '../../domain/flows/flow.ts';
import { FLOW_LIFETIME_MS, isTimeOver, operationSince } from '../../domain/flows/lifetime.ts';
import type { AuditEvent } from '../../domain/audit.ts';
import { beginWithCode } from '../../domain/flows/codeSteps.ts';
import { managerName, isSamePerson, type Purpose } from '../../domain/parties.ts';
import type { Problem } from '../../domain/reasons.ts';
import type { Account } from '../../ports/account.ts';
import type { Enrollment } from '../../ports/store/enrollments.ts';
import type { StoreReads, StoreTransaction } from '../../ports/store/store.ts';
import { refuseWhereLocked } from '../flow/codeGuess.ts';
import { codeAttempts } from '../flow/codesLocked.ts';
import { nextCode, type NextCode } from '../flow/codeBudget.ts';
import { type ReservedCode, deliver, issueCode } from '../flow/codeSending.ts';
import type { Deps } from '../deps.ts';
import { vouchOf } from '../desk/callers.ts';
import { usableFromOf } from '../enrollment/coolDown.ts';
import type { Vouched } from '../enrollment/vouched.ts';
import {
  auditOf,
  endFlow,
  enrollmentStarted,
  lockAccount,
  settled,
  type Submitted,
} from '../flow/flows.ts';
import { readFlowHandle } from './handles.ts';
import type { Manager } from '../people/managers.ts';
import { INVITATION } from '../reminders/sendOnce.ts';
import { ownFlow, type Tap } from './tap.ts';

/** The account and purpose of a button, once it is known to be the manager's own. */
export interface Origin {
  readonly accountId: string;
  /** The word under which the button begins one flow of each purpose. */
  readonly origin: string;
  /** The password that a reminder is about. */
  readonly cycle?: string;
}

/** Reads a button's handle; undefined for one that is unknown, tampered with or another person's. */
export async function readOrigin(
  tap: Tap,
  reads: StoreReads,
  handle: string,
): Promise<Origin | undefined> {
  if (readFlowHandle(handle) !== undefined) {
    const own = ownFlow(tap, handle);
    return own && { accountId: own.flow.accountId, origin: own.flow.id };
  }
  const manager = tap.person.key;
  const [reminder, button] = await Promise.all([reads.reminder(handle), reads.button(handle)]);
  if (reminder?.recipient === managerName(manager)) {
    const { accountId, cycle } = reminder;
    // An invitation is about no password.
    return { accountId, origin: handle, ...(cycle === INVITATION ? {} : { cycle }) };
  }
  if (button === undefined || !isSamePerson(button.manager, manager)) return undefined;
  return { accountId: button.accountId, origin: handle };
}

/** The flow that a button would begin, as things stand before it. */
interface Start {
  readonly origin: Origin;
  /** The flow that the button began before, or the one of this purpose that is open. */
  readonly before: Flow | undefined;
  readonly isEnrolled: boolean;
}

/** Reads the flow that a button would begin; undefined where `readOrigin` is. */
export function readStart(tap: Tap, purpose: Purpose, handle: string): Promise<Start | undefined> {
  const manager = tap.person.key;
  return tap.deps.store.read(async (reads) => {
    const origin = await readOrigin(tap, reads, handle);
    if (origin === undefined) return undefined;
    const [before, enrollment] = await Promise.all([
      findBegun(reads, manager, purpose, origin),
      reads.enrollment(manager, origin.accountId),
    ]);
    return { origin, before, isEnrolled: enrollment !== undefined };
  });
}

/**
 * The flow of that purpose that a button began; undefined where it is another's. A reminder's row has no seal:
 * who writes it without the keys may give it the handle of somebody else's button.
 */
export async function flowOf(
  reads: StoreReads,
  manager: Manager['key'],
  { accountId, origin }: Origin,
  purpose: Purpose,
): Promise<Flow | undefined> {
  const flow = await reads.flowFrom(origin, purpose);
  const isOwn = flow?.accountId === accountId && isSamePerson(flow.manager, manager);
  return isOwn ? flow : undefined;
}

async function findBegun(
  reads: StoreReads,
  manager: Manager['key'],
  purpose: Purpose,
  { accountId, origin }: { readonly accountId: string; readonly origin: string | undefined },
): Promise<Flow | undefined> {
  const [own, open] = await Promise.all([
    origin === undefined ? undefined : flowOf(reads, manager, { accountId, origin }, purpose),
    reads.openFlow(manager, accountId),
  ]);
  if (own !== undefined) return own;
  // The search for an unknown outcome goes on, but holds up no start for longer.
  if (open?.purpose !== purpose || isTimeOver(open, reads.now)) return undefined;
  // From the card of an unknown outcome the manager may start over.
  return open.state.step === 'unknown' && open.id === origin ? undefined : open;
}

type Started =
  | Submitted<Flow, ReservedCode>
  /** Another flow on the account has an operation under way that must not be cut short. */
  | { readonly busy: Flow }
  | { readonly refused: Problem };

/**
 * Begins a flow, or finds the one that this start belongs to. Starting another purpose on the account
 * ends the open one (requirement A11).
 */
export async function begin(
  deps: Deps,
  start: NewFlow,
  signal: AbortSignal,
): Promise<Flow | { readonly refused: Problem }> {
  const { manager, account, purpose, origin } = start;
  const started = await deps.store.transaction<Started>(async (tx) => {
    await lockAccount(tx, account.id);
    const before = await findBegun(tx, manager.key, purpose, { accountId: account.id, origin });
    if (before !== undefined) return { flow: before };

    const enrollment = await tx.enrollment(manager.key, account.id);
    const { refused, code } = await mayBegin(deps, tx, start, enrollment);
    if (refused !== undefined) {
      deps.denials.auditIn(tx, refusedStart(manager, account, refused));
      return { refused };
    }
    const open = await tx.openFlow(manager.key, account.id);
    if (open !== undefined && operationSince(open.state) !== undefined) return { busy: open };
    if (open !== undefined) {
      await endFlow(tx, open, { type: isTimeOver(open, tx.now) ? 'expired' : 'superseded' });
    }
    return startFlow(deps, tx, start, enrollment, code);
  });
  if ('refused' in started) return started;
  if ('busy' in started) {
    const quiet = await settled(deps, started.busy, signal);
    if (operationSince(quiet.state) !== undefined) return quiet;
    return begin(deps, start, signal);
  }
  // Others may have used up the account's guesses while the message was under way.
  return refuseWhereLocked(deps, await deliver({ deps, manager, account, signal }, started));
}

/** A start that was turned down, under the event whose refusal it is. */
function refusedStart(manager: Manager, account: Account, { reason }: Problem): AuditEvent {
  const isLocked = reason === 'locked';
  const isBudget = reason === 'tooManyCodes' || reason === 'smsUnavailable';
  return {
    event: isLocked ? 'code.locked' : isBudget ? 'code.notSent' : 'reset.refused',
    actor: managerName(manager.key),
    account: account.id,
    result: 'refused',
    reason,
  };
}

/** Why the flow cannot begin now, or the code that it begins with. */
async function mayBegin(
  deps: Deps,
  tx: StoreTransaction,
  { manager, account, purpose }: NewFlow,
  enrollment: Enrollment | undefined,
): Promise<{ readonly refused?: Problem | undefined; readonly code?: NextCode | undefined }> {
  const { lockedUntil: until } = await codeAttempts(deps, tx, manager.key, account.id);
  if (until !== undefined) return { refused: { reason: 'locked', until } };
  if (purpose === 'enrollment') return {};
  if (enrollment === undefined) return { refused: { reason: 'notEnrolled' } };

  const { mobile, usableFrom } = enrollment;
  const budget = await nextCode(deps, tx, { mobile, manager });
  const isTooNew = purpose === 'reset' && tx.now < usableFrom;
  if (!isTooNew) return budget;
  const tooNew = { reason: 'numberTooNew', until: usableFrom } as const;
  if (budget.refused?.reason !== 'tooManyCodes') return { refused: tooNew };
  // The card is named after the first reason in order; its text tells the one that lasts longest.
  const { reason, until: codesFrom = 0 } = budget.refused;
  return codesFrom > usableFrom ? budget : { refused: { ...tooNew, reason, all: [tooNew.reason] } };
}

interface NewFlow {
  readonly manager: Manager;
  readonly account: Account;
  readonly purpose: Purpose;
  /** The handle of the button that began it, where one did. */
  readonly origin: string | undefined;
  /** An agent's word in place of the current password. */
  readonly vouched?: Vouched | undefined;
}

async function startFlow(
  deps: Deps,
  tx: StoreTransaction,
  { manager, account, purpose, origin, vouched }: NewFlow,
  enrollment: Enrollment | undefined,
  code: NextCode | undefined,
): Promise<Started> {
  const frame = {
    id: deps.random.id(),
    manager: manager.key,
    accountId: account.id,
    accountName: account.name,
    startedAt: tx.now,
    expiresAt: tx.now + FLOW_LIFETIME_MS,
    draw: 0,
    version: 0,
    origin,
    passwordVersion: account.passwordVersion,
  };
  if (purpose === 'enrollment') {
    // Read under the account's lock: a revoke since then has ended the agent's word.
    const isFirst = enrollment === undefined;
    const vouch = vouched && isFirst ? await vouchOf(tx, manager.key, account.id) : undefined;
    const from = await usableFromOf(deps, tx, account.id, manager.key, enrollment);
    const usableFrom = from > tx.now ? from : undefined;
    const state: EnrollmentState =
      vouched !== undefined && vouch?.id === vouched.vouch.checkId
        ? { step: 'mobile', malformed: 0, isOldProven: false, ...vouched, usableFrom }
        : { step: 'currentPassword', isChange: !isFirst, usableFrom };
    const flow = { ...frame, purpose, state };
    await tx.addFlow(flow);
    deps.denials.auditIn(tx, enrollmentStarted(flow));
    return { flow };
  }
  if (enrollment === undefined || code === undefined) {
    return { refused: { reason: 'notEnrolled' } };
  }

  const { mobile, id: enrollmentId } = enrollment;
  const state = beginWithCode({ mobile, enrollmentId, ...code.terms }, tx.now);
  const flow: Flow = { ...frame, purpose, state };
  await tx.addFlow(flow);
  tx.audit({ event: `${purpose}.started`, result: 'ok', ...auditOf(flow) });
  return { flow, todo: await issueCode(deps, tx, flow, { mobile, purpose }, code) };
}
