/** Why something was not done, in order of precedence: of several faults the first is shown. */
export const REASONS = [
  'passwordWrong',
  'proofLocked',
  'mobileInvalid',
  'codeRefused',
  'locked',
  'tooManyCodes',
  'passwordMismatch',
  'passwordTooShort',
  'passwordTooLong',
  'passwordForbiddenCharacter',
  'passwordUsedBefore',
  'passwordTooYoung',
  'passwordTooCommon',
  'passwordRefusedByDirectory',
  'notEnrolled',
  'notResponsible',
  'numberTooNew',
  'flowExpired',
  'directoryUnavailable',
  'smsUnavailable',
  'smsNumberRefused',
  'temporarilyUnavailable',
  'ownAccount',
  'noDirectoryMobile',
  'accountNotFound',
  'callerBusy',
  'callerNotReached',
  'tooManyLookups',
] as const;

export type Reason = (typeof REASONS)[number];

/**
 * A character that a new password may not hold: white space at either end, an invisible one, or one that
 * the rules name.
 */
export type ForbiddenCharacter = 'edge' | 'invisible' | 'named';

/** Why a password lets nobody in, also one that is right: it has expired, or must be changed first. */
export type Shut = 'expired' | 'mustChange';

/** A fault as a card shows it. */
export interface Problem {
  readonly reason: Reason;
  /** When the lockout ends, epoch ms. */
  readonly until?: number | undefined;
  /** Attempts left before the lockout. */
  readonly attemptsLeft?: number;
  /** The faults that the text tells, most important first; absent: `reason` alone. */
  readonly all?: readonly Reason[];
  /** Faults that were checked for and not found; a fault that was not checked for is in neither list. */
  readonly absent?: readonly Reason[];
  /** Whether the password had enough kinds of characters; unknown where this was not checked. */
  readonly isComplex?: boolean | undefined;
  /** Whether a forbidden name was in the password; unknown where this was not checked. */
  readonly holdsName?: boolean | undefined;
  /** Nothing was typed. */
  readonly isEmpty?: boolean | undefined;
  /** The kind of the first forbidden character. */
  readonly forbidden?: ForbiddenCharacter | undefined;
  /** The manager whom it is about, as the card names them. */
  readonly person?: string;
  /** The number is the one that is enrolled, not the one that was typed. */
  readonly isEnrolledNumber?: boolean;
  /** The bot itself is overloaded. */
  readonly isCrowded?: boolean;
  /** The directory has refused so many new passwords that the flow has ended. */
  readonly isOutOfTries?: boolean;
  /** The same reference stands in the log. */
  readonly reference?: string;
}

/** The reason for log and metrics: the end after too many refused passwords is a refusal, not a fault. */
export function toldReason({ reason, isOutOfTries }: Problem): Reason {
  return isOutOfTries === true ? 'passwordRefusedByDirectory' : reason;
}

/** The faults in the order in which they are reported. */
export function byPrecedence(reasons: readonly Reason[]): Reason[] {
  return REASONS.filter((reason) => reasons.includes(reason));
}
