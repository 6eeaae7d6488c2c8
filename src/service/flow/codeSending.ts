import type { CodeEvent, NotDelivered } from '../../domain/flows/codeSteps.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import type { Secret } from '../../domain/secret.ts';
import type { SmsOutcome, CodePurpose } from '../../ports/sms.ts';
import type { StoreTransaction } from '../../ports/store/store.ts';
import type { Deps } from '../deps.ts';
import { nextCode, type NextCode } from './codeBudget.ts';
import { endWhereLocked } from './codeGuess.ts';
import {
  advanceAny,
  auditOf,
  changeFlow,
  enrollmentProved,
  enrollmentStarted,
  isAwaited,
  submit,
  type Submitted,
} from './flows.ts';
import type { FlowTap, Verb } from './table.ts';

/** A code message that is reserved in the store and not yet sent. */
export interface ReservedCode extends Pick<NextCode, 'total'> {
  readonly sendId: string;
  readonly code: Secret;
  readonly mobile: string;
  readonly purpose: CodePurpose;
  /** When it was asked for, epoch ms. */
  readonly at: number;
}

/** Makes the flow's next code and counts its message; `deliver` it once the transaction has been kept. */
export async function issueCode(
  deps: Deps,
  tx: StoreTransaction,
  flow: Flow,
  to: { readonly mobile: string; readonly purpose: CodePurpose },
  { terms: { expiresAt }, total }: NextCode,
): Promise<ReservedCode> {
  const code = deps.random.passcode(deps.settings.codeLength);
  const sendId = deps.random.id();
  const { id: flowId, manager, accountId } = flow;
  await tx.addSend({ id: sendId, flowId, manager, accountId, mobile: to.mobile });
  await tx.setPasscode({ flowId, mobile: to.mobile, code, expiresAt });
  return { sendId, code, ...to, at: tx.now, total };
}

/** Sends the message that was reserved, if one was, in the manager's name, once; takes the answer into the flow. */
export async function deliver(
  { deps, manager, account, signal }: Omit<FlowTap<Flow>, 'flow' | 'cardDraw'>,
  { flow, todo }: Submitted<Flow, ReservedCode>,
): Promise<Flow> {
  if (todo === undefined) return flow;
  const { sendId, code, mobile, purpose, at, total } = todo;
  deps.budgetAlarms.counted(total);
  const byName = manager.entry.displayName;
  const names = { code, accountName: account.name, byName, at };
  const text = deps.smsTexts.code(manager.locale, purpose, names);
  const outcome = await deps.sms.send(
    { to: mobile, text, validitySeconds: deps.settings.codeTtlSeconds },
    signal,
  );
  if (flow.purpose === 'enrollment' && outcome.outcome !== 'refused') {
    // The enrollment leads on: its repeated beginnings, if any, are told before its code.
    for (const event of [enrollmentStarted(flow), enrollmentProved(flow)]) {
      await deps.denials.settle(event);
    }
  }
  return changeFlow(deps, flow, async (tx, current) => {
    const messageId = outcome.outcome === 'accepted' ? outcome.messageId : undefined;
    await tx.settleSend(sendId, outcome.outcome, messageId);
    const event = takeAnswer(deps, tx, current, outcome);
    if (!isAwaited(current, flow)) return current;
    if (outcome.outcome === 'refused') await tx.restorePasscode(flow.id);
    return advanceAny(tx, current, event, 'sameDraw');
  });
}

/** The problem that a manager is told when the service did not take or could not deliver a message. */
export function notDelivered(fault: 'number' | 'service' | undefined): NotDelivered {
  return fault === 'number' ? 'smsNumberRefused' : 'smsUnavailable';
}

/** Audits the service's answer, and gives it as the flow's event. */
function takeAnswer(
  { denials }: Deps,
  tx: StoreTransaction,
  flow: Flow,
  answer: SmsOutcome,
): CodeEvent {
  const { draw } = flow;
  const about = auditOf(flow);
  const refused = { event: 'code.notSent', result: 'failed', ...about } as const;
  switch (answer.outcome) {
    case 'accepted':
      denials.settleIn(tx, refused);
      tx.audit({ event: 'code.sent', result: 'ok', ...about });
      return { type: 'codeSent', draw };
    case 'unknown':
      tx.audit({ event: 'code.notSent', result: 'unknown', reason: 'smsUnavailable', ...about });
      return { type: 'codeUncertain', draw };
    case 'refused': {
      const reason = notDelivered(answer.fault);
      // A refused message counts against no budget: a manager can repeat it at will.
      denials.auditIn(tx, { ...refused, reason });
      return { type: 'codeNotSent', draw, reason };
    }
  }
}

/** A new code to the number that the waiting card already shows. */
export const RESEND: Verb<Flow, unknown> = { take: resendCode };

async function resendCode(tap: FlowTap<Flow>): Promise<Flow> {
  const { deps, manager } = tap;
  const submitted = await submit<Flow, ReservedCode>(tap, async (tx, current) => {
    const { state } = current;
    if (state.step !== 'code' && state.step !== 'oldCode') return { flow: current };
    const locked = await endWhereLocked(deps, tx, current);
    if (locked !== undefined) return { flow: locked };

    const { mobile } = state;
    const to = { flowId: current.id, mobile, manager };
    const { refused: problem, code } = await nextCode(deps, tx, to);
    if (problem !== undefined) {
      return { flow: await advanceAny(tx, current, { type: 'resendRefused', problem }) };
    }
    const saved = await advanceAny(tx, current, { type: 'resendAsked', ...code.terms });
    const purpose = state.step === 'oldCode' ? 'oldNumber' : current.purpose;
    return { flow: saved, todo: await issueCode(deps, tx, saved, { mobile, purpose }, code) };
  });
  return deliver(tap, submitted);
}
