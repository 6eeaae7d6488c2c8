import type { CodeEvent, EnrolledCodeState } from './codeSteps.ts';
import type { StoppedState, StoppingEvent } from './steps.ts';
import type { ForbiddenCharacter, Problem, Reason } from '../reasons.ts';
import type { ShownRules } from '../passwords/passwordPolicy.ts';

/** A password that was sent to the directory. */
export interface SentPassword {
  /** Its slow hash, as the history keeps it. */
  readonly digest: string;
  readonly sentAt?: number | undefined;
  /** The reset has its audit row, its place in the history and its notices. */
  readonly isRecorded?: boolean | undefined;
  /** The directory's mark of it, where the reset is recorded. */
  readonly version?: string | undefined;
}

/** The flow's writes; kept also after the flow has ended. */
export interface SentPasswords {
  /**
   * Passwords whose outcome the manager has not been told: the one being written, and those whose answer
   * was lost, the latest last.
   */
  readonly sent?: readonly SentPassword[] | undefined;
}

/** An end that came while a write's outcome was unknown: its search goes on. */
export interface SoughtOutcome {
  /** When that outcome became unknown. */
  readonly unknownSince?: number | undefined;
}

export interface BindUnderWay {
  /** When the bind under way, which tries a password of the flow, was sent. */
  readonly bindSince?: number | undefined;
}

/** Fields that stay unchanged once the code is accepted: this flow does not ask for a code again. */
export interface VerifiedReset extends SentPasswords {
  /** The rules as the card shows them. */
  readonly rules: ShownRules;
  /** New passwords of this flow that the directory has refused; absent: none. */
  readonly refusals?: number | undefined;
}

/** The states of a reset; numbers are E.164, times epoch ms. */
export type ResetState =
  | EnrolledCodeState
  | ({
      readonly step: 'newPassword';
      readonly problem?: Problem | undefined;
      readonly advisesDeletion?: boolean | undefined;
    } & BindUnderWay &
      VerifiedReset)
  /** A write is under way; whatever happens now, it is not sent a second time. */
  | ({ readonly step: 'writingPassword'; readonly since: number } & VerifiedReset)
  | ({
      readonly step: 'unknown';
      readonly since: number;
      /** The only server whose silence about the write means anything; absent after a crash. */
      readonly server?: string | undefined;
      /** Before this time the write may still be carried out. */
      readonly openUntil?: number | undefined;
      /** Time of the account's last password change, read from the directory after the lost answer. */
      readonly passwordSetAt?: number | undefined;
    } & BindUnderWay &
      VerifiedReset)
  | ({ readonly step: 'done' } & SentPasswords & SoughtOutcome & BindUnderWay)
  | (StoppedState & SentPasswords & SoughtOutcome & BindUnderWay);

export type ResetEvent =
  | CodeEvent
  | { readonly type: 'codeAccepted'; readonly rules: ShownRules }
  | { readonly type: 'passwordTypedInChat' }
  /** The bot's own rules or the directory said no; nothing was written. */
  | {
      readonly type: 'passwordRefused';
      readonly reasons: readonly Reason[];
      /** Faults that were checked for and not found. */
      readonly absent?: readonly Reason[];
      readonly isComplex?: boolean | undefined;
      readonly holdsName?: boolean | undefined;
      readonly isEmpty?: boolean | undefined;
      /** When the directory takes a new one, where that is known. */
      readonly until?: number | undefined;
      /** The kind of the forbidden character. */
      readonly forbidden?: ForbiddenCharacter | undefined;
    }
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
