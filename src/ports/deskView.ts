import type { Purpose } from '../domain/parties.ts';
import type { Problem } from '../domain/reasons.ts';

/** An agent looks for the account that a call is about. */
export interface DeskView {
  readonly card: 'desk';
  readonly found: readonly {
    readonly handle: string;
    readonly name: string;
    readonly displayName: string;
  }[];
  readonly hasMore: boolean;
  /** False where home would be this card again. */
  readonly hasHome: boolean;
  readonly problem?: Problem | undefined;
}

/** A trouble with an account that an agent sees first. */
export type DeskTrouble =
  | { readonly kind: 'directoryLocked' | 'outcomeUnknown' | 'nobodyAnswers' | 'notEnrolled' }
  | { readonly kind: 'mustChange' | 'passwordExpired' }
  /** The day's code messages are used up, or those to numbers that are not enrolled yet. */
  | { readonly kind: 'smsSpent' | 'newSmsSpent' }
  /** A wrong password more would lock the account. */
  | { readonly kind: 'closeToLock' }
  /** So many managers have to wait: for their number's first reset, or for a code. */
  | { readonly kind: 'managersWait'; readonly count: number }
  /** Without a name: everybody. */
  | { readonly kind: 'codesLocked'; readonly name?: string | undefined; readonly until: number }
  | { readonly kind: 'proofLocked'; readonly until: number }
  | { readonly kind: 'smsFailed'; readonly at: number };

/** The last question to a manager, as its agent sees it. */
export type DeskQuestion =
  | { readonly kind: 'waiting'; readonly number: number; readonly until: number }
  | { readonly kind: 'confirmed' | 'vouched'; readonly until: number }
  | { readonly kind: 'wrongNumber' | 'denied' | 'expired' };

/** An enrolled number, as cards show it. */
export interface ShownNumber {
  readonly masked: string;
  readonly since: number;
  /** Present while the number has to wait before its first reset. */
  readonly usableFrom?: number | undefined;
}

/** One of the account's managers on an agent's card. */
export interface DeskManager {
  /** Opaque; stands in the data of the manager's buttons. */
  readonly handle: string;
  readonly name: string;
  /** Does not answer for the account any more, but has a number there. */
  readonly isFormer: boolean;
  readonly number?: ShownNumber | undefined;
  /** When a new code can go out to them, where they have to wait for it. */
  readonly codesFrom?: number | undefined;
  /** When a number that they enroll now could first be used for a reset, where it would have to wait. */
  readonly nextUsableFrom?: number | undefined;
  readonly question?: DeskQuestion | undefined;
  readonly canConfirm: boolean;
  readonly canVouch: boolean;
  readonly canRevoke: boolean;
  /** They would need a vouch, which agents here may not give. */
  readonly needsAdministrator: boolean;
}

/** Everything that an agent sees of an account. */
export interface DeskAccountView {
  readonly card: 'desk.account';
  readonly handle: string;
  readonly accountName: string;
  readonly problem?: Problem | undefined;
  /** Absent while the directory does not answer. */
  readonly facts?: DeskAccountFacts | undefined;
}

export interface DeskAccountFacts {
  readonly displayName: string;
  /** The worst first. */
  readonly troubles: readonly DeskTrouble[];
  readonly passwordSetAt?: number | undefined;
  readonly managers: readonly DeskManager[];
  /** Managers beside those on the card. */
  readonly more: number;
  readonly isCrowd: boolean;
  readonly underWay: readonly {
    readonly name: string | undefined;
    readonly purpose: Purpose;
    readonly since: number;
  }[];
  readonly lastSms?:
    { readonly at: number; readonly fate: 'sent' | 'delivered' | 'failed' | 'unknown' } | undefined;
  readonly revokedAt?: number | undefined;
  /** The bot's lockouts were lifted just now, or another one holds and agents may lift none this day. */
  readonly lift?: 'done' | 'spent' | undefined;
  readonly canClearLockout: boolean;
}

/** Why an agent takes a number, as the card offers it. */
export const REVOKE_REASONS = ['phoneLost', 'left', 'numberChanged', 'other'] as const;
export type RevokeReason = (typeof REVOKE_REASONS)[number];

/** Asks a manager which number the agent sees. */
export interface CallerView {
  readonly card: 'caller';
  readonly agentName: string;
  readonly choices: readonly { readonly number: number; readonly handle: string }[];
  /** Stands in the data of the button that denies the call. */
  readonly denyHandle: string;
  readonly problem?: Problem | undefined;
}

export interface CallerDoneView {
  readonly card: 'caller.done';
  readonly agentName: string;
  readonly answer: 'confirmed' | 'denied' | 'wrongNumber' | 'late';
}
