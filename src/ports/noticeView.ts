/** A question, never a threat: the password stays until a person changes it (requirements, section 9). */
export interface ReminderView {
  readonly card: 'reminder';
  readonly handle: string;
  readonly accountName: string;
  readonly dueAt: number;
  readonly setAt?: number | undefined;
  /** Without a number the manager is invited to enroll, before the password is forgotten. */
  readonly isEnrolled: boolean;
  /** When their number may first be used for a reset, where it has to wait. */
  readonly usableFrom?: number | undefined;
  /** Whether the directory itself expires the password: then there is nothing to decline. */
  readonly isEnforced: boolean;
  /** When the directory expired it; absent while it has not. */
  readonly expiredAt?: number | undefined;
  /** Whether it asks for a new one at the next logon. */
  readonly mustChange?: boolean | undefined;
}

/** Asks a manager to enroll before the password is forgotten. */
export interface InvitationView {
  readonly card: 'invitation';
  readonly handle: string;
  readonly accountName: string;
}

/** Why a due password may stay, as the card offers it. */
export const NOT_NEEDED_REASONS = ['nobodyLeft', 'justChanged', 'notUsed', 'other'] as const;
export type NotNeededReason = (typeof NOT_NEEDED_REASONS)[number];

export interface ReminderDoneView {
  readonly card: 'reminder.done';
  readonly handle: string;
  readonly accountName: string;
  readonly answer: 'snoozed' | 'notNeeded' | 'undone' | 'notNow';
  /** Without a number the card says how to register one. */
  readonly isEnrolled: boolean;
  /** When their number may first be used for a reset, where it has to wait. */
  readonly usableFrom?: number | undefined;
  /** When the next reminder may come; absent: as usual. */
  readonly until?: number | undefined;
}

/** `ownEnrollment`: a first enrollment, as the manager is told in whose name it was. */
export const NOTICE_EVENTS = [
  'reset',
  'firstEnrollment',
  'ownEnrollment',
  'numberChange',
  'unlock',
  'revoke',
  /** An administrator lifted the bot's own lockout. */
  'lockoutCleared',
  'outsideChange',
  /** A number was removed because its manager no longer answers for the account. */
  'removal',
  /** The same, two days before. */
  'removalAhead',
  /** A password is overdue; to a number, where no chat is open. */
  'overdue',
  'responsibilityChanged',
  'notNeeded',
] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** The contents of a notice. */
export interface NoticeFacts {
  readonly event: NoticeEvent;
  readonly accountName: string;
  /** Display name of who did it. */
  readonly byName: string;
  readonly at: number;
  /** The number that was enrolled, masked. */
  readonly maskedMobile?: string | undefined;
  /** The agent who did it, or who vouched for it. */
  readonly agentName?: string | undefined;
  /**
   * The time that it tells: until when nobody is reminded, when a number goes, from when a new one can be
   * used, since when a password is due.
   */
  readonly until?: number | undefined;
  /** Opaque; stands in the data of the button that lets people be reminded all the same. */
  readonly handle?: string | undefined;
  /** The reader is one of the owners, or of the removed, beside those that are named. */
  readonly hasReader?: boolean | undefined;
  /** Names of the managers whose numbers were removed; an empty one where the bot knows none. */
  readonly owners?: readonly string[] | undefined;
  /** Names of the account's new managers, as many as a card shows. */
  readonly added?: readonly string[] | undefined;
  /** Names of the former managers, as far as they are known and as many as a card shows. */
  readonly removed?: readonly string[] | undefined;
  /** How many more there are of each. */
  readonly more?: { readonly added: number; readonly removed: number } | undefined;
}

/** Hundreds may begin to answer at once: a card with all their names would be too large for Teams. */
export const CHANGED_ON_CARD = 20;

export interface NoticeView extends NoticeFacts {
  readonly card: 'notice';
  readonly event: Exclude<NoticeEvent, 'overdue'>;
}

/** Due accounts that have no recipient who can be, or is, reminded; for the person who looks after them. */
export interface SummaryView {
  readonly card: 'notice';
  readonly event: 'unanswered';
  /** As many as fit on a card. */
  readonly overdue: readonly { readonly name: string; readonly dueAt: number }[];
  /** All of them. */
  readonly count: number;
  /** Accounts whose manager said that no change is needed, as many as fit on a card. */
  readonly silenced: readonly { readonly name: string; readonly until: number }[];
  readonly silencedCount: number;
}
