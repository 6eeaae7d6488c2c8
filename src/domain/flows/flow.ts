import type { ManagerKey } from '../parties.ts';
import type { ShownRules } from '../passwords/shownRules.ts';
import type { Problem, Shut } from '../reasons.ts';

/** Fields that every flow has from its start. */
interface FlowFrame {
  /** 128 random bits or more; the only thing of the flow that a card carries. */
  readonly id: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly accountName: string;
  readonly startedAt: number;
  readonly expiresAt: number;
  /** Absent while the flow is open. */
  readonly endedAt?: number | undefined;
  /** Counts the manager's accepted submissions; a card of an earlier draw is stale. */
  readonly draw: number;
  /** Counts the saves; the guard against lost updates. */
  readonly version: number;
  /** The handle of the button that began the flow: it begins no second one. */
  readonly origin?: string | undefined;
  /** The directory's mark of the password that the flow found; a write needs it unchanged. */
  readonly passwordVersion: string;
  /** The Teams message that shows the flow's card. */
  readonly messageId?: string | undefined;
}

export interface EnrollmentFlow extends FlowFrame {
  readonly purpose: 'enrollment';
  readonly state: EnrollmentState;
}
export interface ResetFlow extends FlowFrame {
  readonly purpose: 'reset';
  readonly state: ResetState;
}
export interface UnlockFlow extends FlowFrame {
  readonly purpose: 'unlock';
  readonly state: UnlockState;
}

/** One walk of one manager through one purpose on one account. Holds no secret. */
export type Flow = EnrollmentFlow | ResetFlow | UnlockFlow;

/** How a flow ended before it was done, common to all purposes. */
export type StoppedState =
  | { readonly step: 'refused'; readonly problem: Problem }
  | { readonly step: 'cancelled' }
  /** Another purpose was started on the same account. */
  | { readonly step: 'superseded' }
  | { readonly step: 'expired' };

/** A code message, as known when it goes out. The code itself is never here. */
export interface CodeTerms {
  readonly expiresAt: number;
  /** The flow sends no other code to the number. */
  readonly isLast?: boolean | undefined;
  /** When one can go to the number again, epoch ms; absent where the usual minute is the only wait. */
  readonly nextFrom?: number | undefined;
}

/** The fields that a code card keeps beside the number. */
export interface CodeProgress extends CodeTerms {
  /** Inputs that could not be a code; limited per flow. */
  readonly malformed: number;
  /** The first draw of this card: a code from any later card of it is a guess. */
  readonly firstDraw: number;
  /** The last message did not arrive, or may not have: until one is taken, no card says that a code was sent. */
  readonly hasFailed?: boolean | undefined;
  readonly problem?: Problem | undefined;
}

/** A code message is under way. */
export interface SendProgress extends CodeTerms {
  readonly step: 'sendingCode';
  readonly since: number;
  readonly mobile: string;
  readonly malformed: number;
  /** The code card before this message: its first draw, its code's end, and whether its message failed. */
  readonly former?: Pick<CodeProgress, 'firstDraw' | 'expiresAt' | 'hasFailed'> | undefined;
}

/** The states in which a code goes to the enrolled number; bound to that enrollment. */
export type EnrolledCodeState =
  | (SendProgress & { readonly enrollmentId: string })
  | ({
      readonly step: 'code';
      readonly mobile: string;
      readonly enrollmentId: string;
    } & CodeProgress);

/** A number that the manager need not type. */
export interface KnownMobile {
  /** E.164. */
  readonly mobile: string;
  /** False for a suggestion from the directory, which counts for nothing until proven. */
  readonly isEnrolled: boolean;
}

/** An agent's word in place of the current password. */
export interface Vouch {
  readonly checkId: string;
  readonly agentName: string;
}

/** Fields that stay unchanged once the current password is proven. */
export interface ProvenEnrollment {
  /** Present where an agent vouched: only the known number may be taken. */
  readonly vouch?: Vouch | undefined;
  readonly known?: KnownMobile | undefined;
  /** A code to the enrolled number was accepted in this flow; it is not asked for again. */
  readonly isOldProven: boolean;
  /** When the number could first be used for a reset, as the start found it; absent where it need not wait. */
  readonly usableFrom?: number | undefined;
}

/** Fields known from the enrollment's start. */
export interface UnprovenEnrollment {
  /** The manager had a number for the account already. */
  readonly isChange?: boolean | undefined;
  readonly usableFrom?: number | undefined;
}

/** A code card that the manager went back from, where only its number can be chosen: the code still holds. */
interface HeldCode extends CodeProgress {
  readonly mobile: string;
}

/** The states of an enrollment; numbers are E.164, times epoch ms. */
export type EnrollmentState =
  | ({
      readonly step: 'currentPassword';
      readonly problem?: Problem | undefined;
      readonly advisesDeletion?: boolean | undefined;
    } & UnprovenEnrollment)
  /** A bind is under way. `failureId` is the attempt that is already counted. */
  | ({
      readonly step: 'provingPassword';
      readonly since: number;
      readonly failureId: string;
    } & UnprovenEnrollment)
  | ({
      readonly step: 'mobile';
      readonly malformed: number;
      readonly problem?: Problem | undefined;
      readonly held?: HeldCode | undefined;
      /** A code was sent before the manager went back, and counts no more. */
      readonly isCodeVoid?: boolean | undefined;
    } & ProvenEnrollment)
  /** An SMS is under way to the old number or, with `to: 'new'`, to `newMobile` itself. */
  | (SendProgress & { readonly to: 'old' | 'new'; readonly newMobile: string } & ProvenEnrollment)
  /** Waits for the code that went to the enrolled number, before `newMobile` gets its own. */
  | ({
      readonly step: 'oldCode';
      readonly mobile: string;
      readonly newMobile: string;
    } & CodeProgress &
      ProvenEnrollment)
  | ({ readonly step: 'code'; readonly mobile: string } & CodeProgress & ProvenEnrollment)
  | { readonly step: 'done'; readonly mobile: string; readonly usableFrom?: number | undefined }
  | StoppedState;

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
  | ({
      readonly step: 'done';
      /** When the password was written; absent where that is not known. */
      readonly changedAt?: number | undefined;
    } & SentPasswords &
      SoughtOutcome &
      BindUnderWay)
  | (StoppedState & SentPasswords & SoughtOutcome & BindUnderWay);

/** The states of an unlock; numbers are E.164, times epoch ms. */
export type UnlockState =
  | EnrolledCodeState
  /** The code was accepted; the directory is asked, or `problem` says why it has to be asked again. */
  | {
      readonly step: 'unlocking';
      readonly since: number;
      readonly mobile: string;
      /** Times that the directory did not do it. */
      readonly failures?: number | undefined;
      readonly problem?: Problem | undefined;
    }
  | {
      readonly step: 'done';
      readonly shut?: Shut | undefined;
      /** When the number may first be used for a reset, where it has to wait. */
      readonly usableFrom?: number | undefined;
    }
  | StoppedState;
