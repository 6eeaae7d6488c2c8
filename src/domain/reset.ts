import {
  stepEnrolledCode,
  type CodeEvent,
  type EnrolledCodeState,
  type SendCodeCommand,
} from './codeSteps.ts';
import { endedBy, isEnded, type EndedState, type EndingEvent, type Step } from './steps.ts';
import type { ForbiddenCharacter, Problem, Reason } from './reasons.ts';
import type { ShownRules } from './view.ts';

/** What stays the same once the code is accepted: it is not asked for again in this flow. */
interface VerifiedReset {
  /** The rules as the card shows them. */
  readonly rules: ShownRules;
}

/** The states of a reset; numbers are E.164, times epoch ms. */
export type ResetState =
  | EnrolledCodeState
  | ({
      readonly step: 'newPassword';
      readonly problem?: Problem | undefined;
      readonly advisesDeletion?: boolean | undefined;
    } & VerifiedReset)
  /** A write is under way; whatever happens now, it is not sent a second time. */
  | ({ readonly step: 'writingPassword'; readonly since: number } & VerifiedReset)
  | ({
      readonly step: 'unknown';
      readonly since: number;
      /** The only server whose silence about the write means anything; absent after a crash. */
      readonly server?: string | undefined;
      /** Before this time the write may still be carried out. */
      readonly openUntil?: number | undefined;
      /** When anybody last changed the password, as the directory says after the lost answer. */
      readonly passwordSetAt?: number | undefined;
    } & VerifiedReset)
  | ({ readonly step: 'done' } & FormerlyUnknown)
  | (EndedState & FormerlyUnknown);

/** What stays known of a flow that has ended. */
interface FormerlyUnknown {
  /** The outcome of a write was unknown at last: the manager may have left without being told it. */
  readonly wasUnknown?: boolean | undefined;
}

export type ResetEvent =
  | CodeEvent
  | { readonly type: 'codeAccepted'; readonly rules: ShownRules }
  | { readonly type: 'passwordTypedInChat' }
  /** The bot's own rules or the directory said no; nothing was written. */
  | {
      readonly type: 'passwordRefused';
      readonly reasons: readonly Reason[];
      /** What was looked for and not found. */
      readonly absent?: readonly Reason[];
      readonly isComplex?: boolean;
      /** When the directory takes a new one, where that is known. */
      readonly until?: number;
      /** What the character is that may not be there. */
      readonly forbidden?: ForbiddenCharacter | undefined;
    }
  | { readonly type: 'writeStarted' }
  /** The write was definitely not carried out. */
  | { readonly type: 'writeNotDone'; readonly reason: Reason }
  | { readonly type: 'passwordWritten' }
  /** A bind proved that the password is in force already, by an earlier flow whose outcome was unknown. */
  | { readonly type: 'passwordInForce' }
  | {
      readonly type: 'outcomeUnknown';
      readonly server?: string | undefined;
      readonly openUntil?: number | undefined;
    }
  /** The directory shows a change that need not be ours. */
  | { readonly type: 'changeSeen'; readonly passwordSetAt?: number | undefined }
  | EndingEvent;

export type ResetCommand = SendCodeCommand | { readonly type: 'writePassword' };

type ResetStep = Step<ResetState, ResetCommand>;

/** The next state of a reset. Total: an event that does not fit the state changes nothing. */
export function stepReset(state: ResetState, event: ResetEvent, now: number): ResetStep {
  const unchanged: ResetStep = { state };
  switch (event.type) {
    case 'refused':
    case 'cancelled':
    case 'superseded':
    case 'expired':
      if (isEnded(state)) return unchanged;
      return { state: { ...endedBy(event), ...formerlyUnknown(state) } };

    case 'codeSent':
    case 'codeUncertain':
    case 'codeNotSent':
    case 'resendAsked':
    case 'resendRefused':
    case 'codeMalformed':
    case 'codeRefused':
    case 'smsFailed':
      if (state.step !== 'sendingCode' && state.step !== 'code') return unchanged;
      return stepEnrolledCode(state, event, now);
    case 'codeAccepted':
      if (state.step !== 'code') return unchanged;
      return { state: { step: 'newPassword', rules: event.rules } };

    case 'passwordTypedInChat':
      if (state.step !== 'newPassword') return unchanged;
      return { state: { ...state, advisesDeletion: true } };
    case 'passwordRefused': {
      const [reason] = event.reasons;
      if (reason === undefined) return unchanged;
      if (state.step !== 'newPassword' && state.step !== 'writingPassword') return unchanged;
      const { rules } = state;
      const { reasons: all, absent = [], isComplex, until, forbidden } = event;
      const looked = {
        absent,
        ...(isComplex === undefined ? {} : { isComplex }),
        ...(until === undefined ? {} : { until }),
        ...(forbidden === undefined ? {} : { forbidden }),
      };
      return { state: { step: 'newPassword', rules, problem: { reason, all, ...looked } } };
    }
    case 'writeStarted':
      if (state.step !== 'newPassword') return unchanged;
      return {
        state: { step: 'writingPassword', since: now, rules: state.rules },
        command: { type: 'writePassword' },
      };
    case 'writeNotDone':
      if (state.step !== 'writingPassword' && state.step !== 'unknown') return unchanged;
      return {
        state: { step: 'newPassword', rules: state.rules, problem: { reason: event.reason } },
      };
    case 'passwordWritten':
      if (state.step !== 'writingPassword' && state.step !== 'unknown') return unchanged;
      return { state: { step: 'done', ...formerlyUnknown(state) } };
    case 'passwordInForce':
      if (state.step !== 'newPassword') return unchanged;
      return { state: { step: 'done' } };
    case 'outcomeUnknown':
      // Who sent the write knows more of it than who took it for lost.
      if (state.step === 'unknown' && event.openUntil !== undefined) {
        return { state: { ...state, server: event.server, openUntil: event.openUntil } };
      }
      if (state.step !== 'writingPassword') return unchanged;
      return {
        state: {
          step: 'unknown',
          since: now,
          server: event.server,
          openUntil: event.openUntil,
          rules: state.rules,
        },
      };
    case 'changeSeen':
      if (state.step !== 'unknown') return unchanged;
      return { state: { ...state, passwordSetAt: event.passwordSetAt } };
  }
}

function formerlyUnknown({ step }: ResetState): FormerlyUnknown {
  return step === 'unknown' ? { wasUnknown: true } : {};
}
