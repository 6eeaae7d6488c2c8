import type { Problem, Reason } from '../reasons.ts';
import type {
  CodeProgress,
  CodeTerms,
  StoppedState,
  EnrolledCodeState,
  SendProgress,
} from './flow.ts';

/** Inputs per flow that cannot be a code and do not count as guesses. */
const MALFORMED_CODES_LIMIT = 30;

/** Why a message did not reach its number. */
export type NotDelivered = Extract<Reason, 'smsUnavailable' | 'smsNumberRefused'>;

/** Events of a code message and of the card that waits for its code. */
export type CodeEvent =
  | { readonly type: 'codeSent'; readonly draw: number }
  /** The service may have taken the message. */
  | { readonly type: 'codeUncertain'; readonly draw: number }
  | { readonly type: 'codeNotSent'; readonly draw: number; readonly reason: NotDelivered }
  | ({ readonly type: 'resendAsked' } & CodeTerms)
  | { readonly type: 'resendRefused'; readonly problem: Problem }
  | { readonly type: 'codeMalformed' }
  | { readonly type: 'codeRefused'; readonly attemptsLeft: number }
  /** The service reports later that the message did not arrive. */
  | { readonly type: 'smsFailed'; readonly reason: NotDelivered };

/** A message's terms, from whatever holds them. */
export function terms({ expiresAt, isLast, nextFrom }: CodeTerms): CodeTerms {
  return { expiresAt, isLast, nextFrom };
}

/** The code card's progress once its message has an outcome. */
export function progressAfterSend(
  sending: SendProgress,
  event: Extract<CodeEvent, { type: 'codeSent' | 'codeUncertain' | 'codeNotSent' }>,
): CodeProgress {
  const firstDraw = sending.former?.firstDraw ?? event.draw;
  const { malformed } = sending;
  const sent = { ...terms(sending), malformed, firstDraw };
  switch (event.type) {
    case 'codeSent':
      return sent;
    case 'codeUncertain':
      return { ...sent, hasFailed: true, problem: { reason: 'smsUnavailable' } };
    case 'codeNotSent':
      // The former code was put back and is still valid.
      return {
        expiresAt: sending.former?.expiresAt ?? sending.expiresAt,
        malformed,
        firstDraw,
        hasFailed: sending.former?.hasFailed,
        problem: { reason: event.reason },
      };
  }
}

/** The code message of a resend. */
export function resend(
  progress: CodeProgress,
  mobile: string,
  code: CodeTerms,
  now: number,
): SendProgress {
  const { firstDraw, hasFailed } = progress;
  return {
    step: 'sendingCode',
    since: now,
    mobile,
    ...terms(code),
    malformed: progress.malformed,
    former: { firstDraw, expiresAt: progress.expiresAt, hasFailed },
  };
}

/** Fields that change on the same card: the last input's problem and its consequences. */
export function progressAfterTrouble(
  progress: CodeProgress,
  event: Extract<
    CodeEvent,
    { type: 'resendRefused' | 'codeMalformed' | 'codeRefused' | 'smsFailed' }
  >,
): Pick<CodeProgress, 'problem'> & Partial<Pick<CodeProgress, 'malformed' | 'hasFailed'>> {
  switch (event.type) {
    case 'resendRefused':
      return { problem: event.problem };
    case 'smsFailed':
      return { hasFailed: true, problem: { reason: event.reason } };
    case 'codeRefused':
      return { problem: { reason: 'codeRefused', attemptsLeft: event.attemptsLeft } };
    case 'codeMalformed': {
      const malformed = progress.malformed + 1;
      const reason = malformed > MALFORMED_CODES_LIMIT ? 'tooManyCodes' : 'codeRefused';
      return { malformed, problem: { reason } };
    }
  }
}

/** The first state of a flow that begins with a code to the enrolled number. */
export function beginWithCode(
  start: CodeTerms & { readonly mobile: string; readonly enrollmentId: string },
  now: number,
): EnrolledCodeState {
  return { step: 'sendingCode', since: now, malformed: 0, ...start };
}

/** The next state while a code to the enrolled number is sent or waited for. */
export function stepEnrolledCode(
  state: EnrolledCodeState,
  event: CodeEvent,
  now: number,
): EnrolledCodeState | StoppedState {
  const { mobile, enrollmentId } = state;
  switch (event.type) {
    case 'codeSent':
    case 'codeUncertain':
    case 'codeNotSent':
      if (state.step !== 'sendingCode') return state;
      if (event.type === 'codeNotSent' && state.former === undefined) {
        return { step: 'refused', problem: { reason: event.reason } };
      }
      return { step: 'code', mobile, enrollmentId, ...progressAfterSend(state, event) };
    case 'resendAsked':
      if (state.step !== 'code') return state;
      return { ...resend(state, mobile, event, now), enrollmentId };
    case 'resendRefused':
    case 'codeMalformed':
    case 'codeRefused':
    case 'smsFailed':
      if (state.step !== 'code') return state;
      return { ...state, ...progressAfterTrouble(state, event) };
  }
}
