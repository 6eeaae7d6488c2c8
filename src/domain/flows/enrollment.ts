import {
  progressAfterSend,
  progressAfterTrouble,
  resend,
  terms,
  type CodeEvent,
} from './codeSteps.ts';
import type {
  CodeTerms,
  EnrollmentState,
  KnownMobile,
  ProvenEnrollment,
  UnprovenEnrollment,
} from './flow.ts';
import { stoppedBy, isEnded, type StoppingEvent } from './lifetime.ts';
import type { Problem, Reason } from '../reasons.ts';

export type EnrollmentEvent =
  | { readonly type: 'proofStarted'; readonly failureId: string }
  | { readonly type: 'passwordProved'; readonly known?: KnownMobile | undefined }
  /** The proof was not accepted, or could not be tried. */
  | { readonly type: 'proofFailed'; readonly reason: Reason; readonly attemptsLeft?: number }
  | { readonly type: 'passwordTypedInChat' }
  | { readonly type: 'mobileRefused'; readonly problem: Problem }
  | ({ readonly type: 'mobileChosen'; readonly mobile: string } & CodeTerms)
  /** The code that was sent before the manager went back holds still. */
  | { readonly type: 'heldCodeAsked' }
  | { readonly type: 'mobileChangeAsked' }
  | CodeEvent
  /** The old number's code was right; a message to the new number goes out. */
  | ({ readonly type: 'oldCodeAccepted' } & CodeTerms)
  /** The old number's code was right, but no message to the new number may go out now. */
  | { readonly type: 'oldCodeAcceptedOnly'; readonly problem: Problem }
  | { readonly type: 'codeAccepted'; readonly usableFrom?: number | undefined }
  | StoppingEvent;

/** The number to which an enrollment sends first: the old one must agree to a change (requirement A13). */
export function firstRecipient(proven: ProvenEnrollment, mobile: string): 'old' | 'new' {
  const { known, isOldProven } = proven;
  return known?.isEnrolled === true && known.mobile !== mobile && !isOldProven ? 'old' : 'new';
}

function unproven({ isChange, usableFrom }: UnprovenEnrollment): UnprovenEnrollment {
  return { isChange, usableFrom };
}

function proven({ known, isOldProven, vouch, usableFrom }: ProvenEnrollment): ProvenEnrollment {
  return { known, isOldProven, vouch, usableFrom };
}

function send(
  from: ProvenEnrollment & { readonly malformed: number },
  to: 'old' | 'new',
  newMobile: string,
  code: CodeTerms,
  now: number,
): EnrollmentState {
  const mobile = to === 'old' && from.known !== undefined ? from.known.mobile : newMobile;
  const { malformed } = from;
  return {
    step: 'sendingCode',
    since: now,
    mobile,
    newMobile,
    to,
    ...terms(code),
    malformed,
    ...proven(from),
  };
}

/** The next state of an enrollment. Total: an event that does not fit the state changes nothing. */
export function stepEnrollment(
  state: EnrollmentState,
  event: EnrollmentEvent,
  now: number,
): EnrollmentState {
  switch (event.type) {
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      return isEnded(state) ? state : stoppedBy(event);

    case 'proofStarted':
      if (state.step !== 'currentPassword') return state;
      return {
        step: 'provingPassword',
        since: now,
        failureId: event.failureId,
        ...unproven(state),
      };
    case 'passwordProved':
      if (state.step !== 'provingPassword') return state;
      return {
        step: 'mobile',
        malformed: 0,
        known: event.known,
        isOldProven: false,
        usableFrom: state.usableFrom,
      };
    case 'proofFailed': {
      if (state.step !== 'provingPassword' && state.step !== 'currentPassword') return state;
      const { reason, attemptsLeft } = event;
      const problem = attemptsLeft === undefined ? { reason } : { reason, attemptsLeft };
      return { step: 'currentPassword', problem, ...unproven(state) };
    }
    case 'passwordTypedInChat':
      if (state.step !== 'currentPassword') return state;
      return { ...state, advisesDeletion: true };

    case 'mobileRefused':
      if (state.step !== 'mobile') return state;
      return { ...state, problem: event.problem };
    case 'mobileChosen':
      if (state.step !== 'mobile') return state;
      return send(state, firstRecipient(state, event.mobile), event.mobile, event, now);
    case 'heldCodeAsked':
      if (state.step !== 'mobile' || state.held === undefined) return state;
      return { step: 'code', ...state.held, ...proven(state) };
    case 'mobileChangeAsked': {
      if (state.step !== 'code' && state.step !== 'oldCode') return state;
      const { mobile, malformed, firstDraw, hasFailed, problem } = state;
      // A manager whom the service desk vouches for can choose this one number only.
      const held =
        state.vouch === undefined
          ? { isCodeVoid: true }
          : { held: { mobile, malformed, ...terms(state), firstDraw, hasFailed, problem } };
      return { step: 'mobile', malformed, ...held, ...proven(state) };
    }

    case 'codeSent':
    case 'codeUncertain':
      return state.step === 'sendingCode' ? waitForCode(state, event) : state;
    case 'codeNotSent':
      if (state.step !== 'sendingCode') return state;
      if (state.former !== undefined && !isNewNumberRefused(state, event.reason)) {
        return waitForCode(state, event);
      }
      return {
        step: 'mobile',
        malformed: state.malformed,
        problem: notSent(state, event.reason),
        ...proven(state),
      };
    case 'resendAsked': {
      if (state.step !== 'code' && state.step !== 'oldCode') return state;
      const to = state.step === 'oldCode' ? 'old' : 'new';
      const newMobile = state.step === 'oldCode' ? state.newMobile : state.mobile;
      return {
        ...resend(state, state.mobile, event, now),
        to,
        newMobile,
        ...proven(state),
      };
    }
    case 'resendRefused':
    case 'codeMalformed':
    case 'codeRefused':
    case 'smsFailed':
      if (state.step === 'mobile' && state.held !== undefined && event.type === 'smsFailed') {
        return { ...state, held: { ...state.held, ...progressAfterTrouble(state.held, event) } };
      }
      if (state.step !== 'code' && state.step !== 'oldCode') return state;
      return { ...state, ...progressAfterTrouble(state, event) };

    case 'oldCodeAccepted':
      if (state.step !== 'oldCode') return state;
      return send({ ...state, isOldProven: true }, 'new', state.newMobile, event, now);
    case 'oldCodeAcceptedOnly':
      if (state.step !== 'oldCode') return state;
      return {
        step: 'mobile',
        malformed: state.malformed,
        problem: event.problem,
        ...proven(state),
        isOldProven: true,
      };
    case 'codeAccepted':
      if (state.step !== 'code') return state;
      return { step: 'done', mobile: state.mobile, usableFrom: event.usableFrom };
  }
}

/** A number that was typed here and cannot be reached is asked for again, also at a second message. */
function isNewNumberRefused({ to }: Sending, reason: Reason): boolean {
  return to === 'new' && reason === 'smsNumberRefused';
}

/** With two numbers in play, the card must not blame the typed number for a fault of the other. */
function notSent({ to }: Sending, reason: Reason): Problem {
  return to === 'old' && reason === 'smsNumberRefused'
    ? { reason, isEnrolledNumber: true }
    : { reason };
}

type Sending = Extract<EnrollmentState, { step: 'sendingCode' }>;

function waitForCode(
  state: Sending,
  event: Extract<CodeEvent, { type: 'codeSent' | 'codeUncertain' | 'codeNotSent' }>,
): EnrollmentState {
  const progress = { ...progressAfterSend(state, event), ...proven(state) };
  return state.to === 'old'
    ? { step: 'oldCode', mobile: state.mobile, newMobile: state.newMobile, ...progress }
    : { step: 'code', mobile: state.mobile, ...progress };
}
