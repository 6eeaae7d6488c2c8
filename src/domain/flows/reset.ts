import type { ShownRules } from '../passwords/shownRules.ts';
import { stepEnrolledCode, type CodeEvent } from './codeSteps.ts';
import type { Problem, Reason } from '../reasons.ts';
import type {
  BindUnderWay,
  ResetState,
  SentPassword,
  SentPasswords,
  SoughtOutcome,
  VerifiedReset,
} from './flow.ts';
import { MOST_WRITES_IN_VAIN, stoppedBy, isEnded, type StoppingEvent } from './lifetime.ts';

export type ResetEvent =
  | CodeEvent
  | { readonly type: 'codeAccepted'; readonly rules: ShownRules }
  | { readonly type: 'passwordTypedInChat' }
  /** The bot's own rules or the directory said no; nothing was written. */
  | ({
      readonly type: 'passwordRefused';
      readonly reasons: readonly Reason[];
      /** When the directory takes a new one, where that is known. */
      readonly until?: number | undefined;
    } & Pick<Problem, 'absent' | 'isComplex' | 'holdsName' | 'isEmpty' | 'forbidden'>)
  | { readonly type: 'writeStarted'; readonly digest: string }
  /** The write was not carried out, and will not be. */
  | { readonly type: 'writeNotDone'; readonly reason: Reason }
  /** A password that this flow has sent is in force, and recorded as a reset. */
  | { readonly type: 'passwordWritten'; readonly digest: string; readonly version: string }
  /** A bind proved that the password is in force already, by an earlier flow whose outcome was unknown. */
  | { readonly type: 'passwordInForce' }
  | {
      readonly type: 'outcomeUnknown';
      readonly server?: string | undefined;
      readonly openUntil?: number | undefined;
    }
  | { readonly type: 'bindStarted' }
  | { readonly type: 'bindEnded' }
  /** The directory shows a change after a lost write that was taken for not done: it may have come late. */
  | { readonly type: 'lateChangeSeen' }
  /** The search for the outcome has ended, and the flow with it. */
  | { readonly type: 'searchEnded' }
  /** The directory shows a change that need not be ours. */
  | { readonly type: 'changeSeen'; readonly passwordSetAt?: number | undefined }
  | StoppingEvent;

/** The next state of a reset. Total: an event that does not fit the state changes nothing. */
export function stepReset(state: ResetState, event: ResetEvent, now: number): ResetState {
  switch (event.type) {
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      if (isEnded(state)) return state;
      return { ...stoppedBy(event), ...keepSent(sentBy(state)), ...keepSearch(state) };

    case 'codeSent':
    case 'codeUncertain':
    case 'codeNotSent':
    case 'resendAsked':
    case 'resendRefused':
    case 'codeMalformed':
    case 'codeRefused':
    case 'smsFailed':
      if (state.step !== 'sendingCode' && state.step !== 'code') return state;
      return stepEnrolledCode(state, event, now);
    case 'codeAccepted':
      if (state.step !== 'code') return state;
      return { step: 'newPassword', rules: event.rules };

    case 'passwordTypedInChat':
      if (state.step !== 'newPassword') return state;
      return { ...state, advisesDeletion: true };
    case 'passwordRefused': {
      const [reason] = event.reasons;
      if (reason === undefined) return state;
      if (state.step !== 'newPassword' && state.step !== 'writingPassword') return state;
      const { reasons: all, absent = [], isComplex, holdsName, isEmpty, until, forbidden } = event;
      const marks = { isComplex, holdsName, isEmpty, forbidden };
      const problem = { reason, all, absent, until, ...marks };
      if (state.step === 'newPassword') return { step: 'newPassword', ...unsent(state), problem };
      return notWritten(state, problem, { ...SPENT, isOutOfTries: true });
    }
    case 'writeStarted':
      if (state.step !== 'newPassword') return state;
      return {
        step: 'writingPassword',
        since: now,
        ...verified(state),
        sent: [...sentBy(state), { digest: event.digest, sentAt: now }],
      };
    case 'writeNotDone':
      if (state.step !== 'writingPassword' && state.step !== 'unknown') return state;
      return notWritten(state, { reason: event.reason }, SPENT);
    case 'passwordWritten':
      return written(state, event, now);
    case 'passwordInForce':
      if (state.step !== 'newPassword') return state;
      return { step: 'done' };
    case 'outcomeUnknown':
      // The sender of a write knows its outcome better than an instance that took the write for lost.
      if (state.step === 'unknown' && event.openUntil !== undefined) {
        return { ...state, server: event.server, openUntil: event.openUntil };
      }
      if (state.step !== 'writingPassword') return state;
      return {
        step: 'unknown',
        since: now,
        server: event.server,
        openUntil: event.openUntil,
        ...verified(state),
      };
    case 'lateChangeSeen':
      if (state.step !== 'newPassword' && state.step !== 'writingPassword') return state;
      if (unsent(state).sent === undefined) return state;
      return { step: 'unknown', since: now, openUntil: now, ...unsent(state) };
    case 'searchEnded':
      if (state.step !== 'unknown') return state;
      return { step: 'expired', ...keepSent(sentBy(state)) };
    case 'bindStarted':
      return mayBind(state) ? { ...state, bindSince: now } : state;
    case 'bindEnded':
      return mayBind(state) ? { ...state, bindSince: undefined } : state;
    case 'changeSeen':
      if (state.step !== 'unknown') return state;
      return { ...state, passwordSetAt: event.passwordSetAt };
  }
}

/** The passwords that a flow has sent, each with its outcome as far as known. */
export function sentBy(state: ResetState): readonly SentPassword[] {
  return 'sent' in state ? (state.sent ?? []) : [];
}

/** Each time that the flow has sent the password with that digest. */
export function sendsOf(state: ResetState, digest: string | undefined): SentPassword[] {
  return sentBy(state).filter((sent) => sent.digest === digest);
}

/**
 * Whether the outcome that became unknown at `since` is still unknown and must be looked up, even if the
 * manager has gone on.
 */
export function isOutcomeOpen(
  state: ResetState,
  { since, digest }: { readonly since: number; readonly digest: string | undefined },
): boolean {
  const isRecorded = sentBy(state).some((one) => one.digest === digest && one.isRecorded === true);
  return !isRecorded && unknownSince(state) === since;
}

function unknownSince(state: ResetState): number | undefined {
  if (state.step === 'unknown') return state.since;
  return 'unknownSince' in state ? state.unknownSince : undefined;
}

/** The search for an outcome goes on, with the bind that it may have sent. */
function keepSearch(state: ResetState): SoughtOutcome & BindUnderWay {
  const bindSince = 'bindSince' in state ? state.bindSince : undefined;
  return { unknownSince: unknownSince(state), bindSince };
}

/** Whether passwords that were sent are tried in that step; also by the search that an ended flow left. */
function mayBind(
  state: ResetState,
): state is Extract<ResetState, { readonly bindSince?: number | undefined }> {
  const isSought = 'unknownSince' in state && state.unknownSince !== undefined;
  return state.step === 'newPassword' || state.step === 'unknown' || isSought;
}

function keepSent(sent: readonly SentPassword[]): SentPasswords {
  return sent.length === 0 ? {} : { sent };
}

function verified(
  { rules, refusals, sent = [] }: VerifiedReset,
  open: readonly SentPassword[] = sent,
): VerifiedReset {
  return { rules, ...(refusals === undefined ? {} : { refusals }), ...keepSent(open) };
}

/** The same without the password that is being written: the directory has refused it. */
function unsent(state: VerifiedReset & ResetState): VerifiedReset {
  return verified(state, state.step === 'writingPassword' ? sentBy(state).slice(0, -1) : undefined);
}

const SPENT = { reason: 'temporarilyUnavailable' } as const;

/** The password that was being written is not in force; after too many of them the flow ends, with `spent`. */
function notWritten(
  state: Extract<ResetState, { readonly step: 'writingPassword' | 'unknown' }>,
  problem: Problem,
  spent: Problem,
): ResetState {
  const refusals = (state.refusals ?? 0) + 1;
  const left = { ...unsent(state), refusals };
  if (refusals < MOST_WRITES_IN_VAIN) return { step: 'newPassword', ...left, problem };
  return { ...stoppedBy({ type: 'refused', problem: spent }), ...keepSent(left.sent ?? []) };
}

/** A flow that waits for that password is done; one that has gone on or ended only keeps the record. */
function written(
  state: ResetState,
  { digest, version }: Extract<ResetEvent, { type: 'passwordWritten' }>,
  now: number,
): ResetState {
  const sent = sentBy(state);
  const isAwaited = state.step === 'writingPassword' && (sent.at(-1)?.digest ?? digest) === digest;
  // Its manager is told at once.
  if (isAwaited) return { step: 'done', changedAt: now, ...keepSent(sent.slice(0, -1)) };
  const isSent = sent.some((one) => one.digest === digest);
  const recorded = sent.map((one) =>
    one.digest === digest ? { ...one, isRecorded: true, version } : one,
  );
  if (state.step === 'unknown' || (state.step === 'newPassword' && isSent)) {
    const changedAt = sent.findLast((one) => one.digest === digest)?.sentAt;
    return { step: 'done', changedAt, ...keepSent(recorded), ...keepSearch(state) };
  }
  return 'sent' in state && isSent ? { ...state, sent: recorded } : state;
}
