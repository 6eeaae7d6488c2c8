import type { Locale, ManagerKey } from '../domain/parties.ts';
import type { NoticeFacts } from './view.ts';
import type { Address } from './notifier.ts';

/** A Teams person the bot has met. */
export interface ManagerRecord {
  readonly key: ManagerKey;
  /** The directory entry that the person was first found as; later mismatches are refused. */
  readonly directoryId?: string | undefined;
  readonly displayName?: string | undefined;
  /** The manager's last choice of language. */
  readonly locale?: Locale | undefined;
  readonly address?: Address | undefined;
}

/** What an account's button on `home` stands for. */
export interface Button {
  readonly handle: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
}

/** A proven mobile number of one manager for one account. */
export interface Enrollment {
  /** New with every completed enrollment: codes are bound to it. */
  readonly id: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  /** E.164. */
  readonly mobile: string;
  readonly enrolledAt: number;
  /** Before this time the number cannot be used for a reset. */
  readonly usableFrom: number;
}

/** `code`: a wrong code. `proof`: a wrong current password. */
export type FailureKind = 'code' | 'proof';

/** One counted failure. */
export interface Failure {
  readonly kind: FailureKind;
  readonly manager: ManagerKey;
  readonly at: number;
}

/** What is forgotten once it is older than this, epoch ms (requirement S7). */
export interface Retention {
  /** Codes that ended before, and the tries of flows whose time ended before. */
  readonly codesBefore: number;
  readonly failuresBefore: number;
  /** Flows that ended before, and code messages of before. */
  readonly flowsBefore: number;
  /** Buttons of `home`, and reminders with what rests them. */
  readonly buttonsBefore: number;
}

/** One code message: reserved before it goes out, settled by the answer. */
export interface CodeSend {
  readonly id: string;
  readonly flowId: string;
  readonly manager: ManagerKey;
  readonly accountId: string;
  readonly mobile: string;
}

export type SendOutcome = 'reserved' | 'accepted' | 'refused' | 'unknown';
export type SendFate = 'sent' | 'delivered' | 'failed';

/** What the service desk sees of the last message. */
export interface SentMessage {
  readonly id: string;
  readonly flowId: string;
  readonly createdAt: number;
  readonly outcome: SendOutcome;
  readonly fate?: SendFate | undefined;
}

/** How a number stands to a manager; times of code messages that were not refused, newest first. */
export interface NumberUse {
  /** The manager has enrolled it, for whatever account. */
  readonly isEnrolled: boolean;
  /** Those to it by managers who have not enrolled it, where somebody else has. Empty where enrolled. */
  readonly strangers: readonly number[];
  /** The newest of this manager to each other number that they have not enrolled. Empty where enrolled. */
  readonly unproven: readonly number[];
  /** Those of this manager to the number. Empty where enrolled. */
  readonly ownUnproven: readonly number[];
}

/** Something that people are told once a change is done. A row of the transaction that it reports. */
export interface Notice extends NoticeFacts {
  readonly id: string;
  readonly accountId: string;
  /** When the bot noticed it, where that may be long after it happened. */
  readonly noticedAt?: number | undefined;
  readonly flow?: string | undefined;
  readonly to:
    | { readonly channel: 'sms'; readonly mobile: string; readonly locale: Locale }
    /** A card to one manager. */
    | { readonly channel: 'chat'; readonly manager: ManagerKey }
    /** To be resolved into cards for all other managers of the account when it is taken up; for all where nobody is excepted. */
    | { readonly channel: 'otherManagers'; readonly except?: ManagerKey | undefined };
}

/**
 * Notices of one lane do not wait for those of another. `chat`: also those whose readers are to be found.
 * `news`: cards that warn of nothing, of which one manager may cause many.
 */
export type NoticeLane = 'sms' | 'chat' | 'news';

/** A notice taken up by this instance; nobody else takes it before the lease ends. */
export interface ClaimedNotice extends Notice {
  /** Tries so far, this one included. */
  readonly tries: number;
}

/** What makes a reminder that one: nobody gets it twice. */
export interface ReminderKey {
  readonly accountId: string;
  /** The directory's mark of the password that is due. */
  readonly cycle: string;
  /** Days before the due date; negative once it is overdue. */
  readonly stage: number;
  /** managerName() of who gets it; a word of its own for somebody whose name in Teams is not known. */
  readonly recipient: string;
  /** How often the recipient has put off reminders of this cycle. */
  readonly repeat: number;
}

/** A reminder as its card knows it. */
export interface Reminder extends ReminderKey {
  /** Opaque; stands in the data of the card's buttons. */
  readonly handle: string;
  readonly accountName: string;
}

/**
 * `reserved`: on its way, by an instance that may have died since. `unknown`: it may have come.
 * `failed`: it has not come. `skipped`: there was no way to the recipient.
 */
export type ReminderFate = 'reserved' | 'sent' | 'unknown' | 'failed' | 'skipped';

/** Why reminders of one cycle rest; epoch ms. */
export interface ReminderPause {
  readonly snoozes: number;
  readonly snoozedUntil: number | undefined;
  readonly silencedUntil: number | undefined;
}

/** An opaque slow hash of a password; compared and kept only inside the store. */
export type PasswordDigest = {
  readonly digest: Uint8Array;
  /** In the form of older entries, where the account's history held some. */
  readonly former?: Uint8Array;
};
