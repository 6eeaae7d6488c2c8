import type { ShownRules } from '../domain/passwords/passwordPolicy.ts';
import type { Problem } from '../domain/reasons.ts';
import type { CallerDoneView, CallerView, DeskAccountView, DeskView } from './deskView.ts';

/** The contents of a card, in domain words; src/teams renders it. Times are epoch ms. */
export type View =
  | HomeView
  | { readonly card: 'help' }
  | CurrentPasswordView
  | MobileView
  | CodeView
  | EnrollmentDoneView
  | NewPasswordView
  | { readonly card: 'reset.done'; readonly accountName: string }
  | ResetUnknownView
  | UnlockDoneView
  | { readonly card: 'working'; readonly handle: string | undefined }
  | ReminderView
  | ReminderDoneView
  | InvitationView
  | DeskView
  | DeskAccountView
  | CallerView
  | CallerDoneView
  | NoticeView
  | SummaryView
  | RefusedView
  | { readonly card: 'cancelled' };

export type CardName = View['card'];

export interface HomeAccount {
  /** Opaque; stands in the data of the account's buttons. */
  readonly handle: string;
  readonly name: string;
  readonly displayName: string;
  /** The number with which the manager is enrolled; absent where there is none. */
  readonly number?:
    | {
        readonly masked: string;
        readonly since: number;
        /** Present while the number has to wait before its first reset. */
        readonly usableFrom?: number | undefined;
      }
    | undefined;
  readonly isLocked: boolean;
  readonly mustChange?: boolean | undefined;
  readonly passwordSetAt?: number | undefined;
  readonly passwordExpiresAt?: number | undefined;
}

/** Which of a manager's accounts a card shows. */
interface HomePart {
  /** The place of the first one among all, from 1. */
  readonly first: number;
  /** How many there are in all. */
  readonly of: number;
  /** Whether the manager is enrolled for any of them all. */
  readonly isAnyEnrolled: boolean;
}

export interface HomeView {
  readonly card: 'home';
  readonly accounts: readonly HomeAccount[];
  /** Absent where these are all accounts of the manager. */
  readonly part?: HomePart | undefined;
  /** The person is of the service desk too. */
  readonly isAgent?: boolean | undefined;
  readonly problem?: Problem | undefined;
  /** It is the first card that the manager sees, and says what the bot is. */
  readonly isWelcome?: boolean | undefined;
}

/** Where in its flow a card stands, both from 1. */
export interface Progress {
  readonly step: number;
  readonly of: number;
}

/** Common to the cards of a running flow. */
interface FlowView {
  /** Opaque; stands in the data of every button on the card that concerns the flow. */
  readonly handle: string;
  readonly accountName: string;
  readonly problem?: Problem | undefined;
  /** Absent where the flow has one step only. */
  readonly progress?: Progress | undefined;
}

interface CurrentPasswordView extends FlowView {
  readonly card: 'enrollment.currentPassword';
  /** A password came as chat text: advise to delete that message. */
  readonly advisesDeletion?: boolean | undefined;
}

export interface MobileView extends FlowView {
  readonly card: 'enrollment.mobile';
  /** The known number, masked; absent where none is known. */
  readonly shownMobile?: string | undefined;
  /** Whether the known number is already enrolled or only a suggestion from the directory. */
  readonly shownIsEnrolled?: boolean | undefined;
  /** The agent who vouched: only the shown number may be taken. */
  readonly vouchedBy?: string | undefined;
}

export interface CodeView extends FlowView {
  readonly card: 'enrollment.oldCode' | 'enrollment.code' | 'reset.code' | 'unlock.code';
  readonly maskedMobile: string;
  /** When the code ends; absent where none is asked for. */
  readonly expiresAt?: number | undefined;
  /** The code's message did not arrive, or may not have. */
  readonly hasFailed?: boolean | undefined;
  /** False on `unlock.code` when the code was accepted but the directory failed: only a new try is offered. */
  readonly hasInput: boolean;
}

interface EnrollmentDoneView {
  readonly card: 'enrollment.done';
  readonly handle: string;
  readonly accountName: string;
  readonly maskedMobile: string;
  /** When the number may first be used for a reset, where it has to wait. */
  readonly usableFrom?: number | undefined;
}

interface NewPasswordView extends FlowView {
  readonly card: 'reset.newPassword';
  readonly rules: ShownRules;
  /** A password came as chat text: advise to delete that message. */
  readonly advisesDeletion?: boolean | undefined;
}

interface ResetUnknownView {
  readonly card: 'reset.unknown';
  readonly handle: string;
  readonly accountName: string;
  /** When the password was last changed by anyone, where the directory says so. */
  readonly passwordSetAt?: number | undefined;
}

interface UnlockDoneView {
  readonly card: 'unlock.done';
  readonly handle: string;
  readonly accountName: string;
}

/** A question, never a threat: the password stays until a person changes it (requirements, section 9). */
export interface ReminderView {
  readonly card: 'reminder';
  readonly handle: string;
  readonly accountName: string;
  readonly dueAt: number;
  readonly setAt?: number | undefined;
  /** Without a number the manager is invited to enroll, before the password is forgotten. */
  readonly isEnrolled: boolean;
  /** Whether the directory itself expires the password: then there is nothing to decline. */
  readonly isEnforced: boolean;
  /** Whether it asks for a new one at the next logon. */
  readonly mustChange?: boolean | undefined;
}

/** Asks a manager to enroll before the password is forgotten. */
interface InvitationView {
  readonly card: 'invitation';
  readonly handle: string;
  readonly accountName: string;
}

/** Why a due password may stay, as the card offers it. */
export const NOT_NEEDED_REASONS = ['nobodyLeft', 'justChanged', 'notUsed', 'other'] as const;
export type NotNeededReason = (typeof NOT_NEEDED_REASONS)[number];

interface ReminderDoneView {
  readonly card: 'reminder.done';
  readonly handle: string;
  readonly accountName: string;
  readonly answer: 'snoozed' | 'notNeeded' | 'undone' | 'notNow';
  /** Without a number there is no reset to offer. */
  readonly isEnrolled: boolean;
  /** When the next reminder may come; absent: as usual. */
  readonly until?: number | undefined;
}

/** `ownEnrollment`: a first enrollment, as the manager is told in whose name it was. */
export type NoticeEvent =
  | 'reset'
  | 'firstEnrollment'
  | 'ownEnrollment'
  | 'numberChange'
  | 'unlock'
  | 'revoke'
  /** An administrator lifted the bot's own lockout. */
  | 'lockoutCleared'
  | 'outsideChange'
  /** A number was removed because its manager no longer answers for the account. */
  | 'removal'
  /** The same, two days before. */
  | 'removalAhead'
  /** A password is overdue; to a number, where no chat is open. */
  | 'overdue'
  | 'responsibilityChanged'
  | 'notNeeded';

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
  /** Names of the managers whose numbers were removed; an empty one where the bot knows none. */
  readonly owners?: readonly string[] | undefined;
  /** Names of the account's new managers. */
  readonly added?: readonly string[] | undefined;
  /** Names of the former managers, as far as they are known. */
  readonly removed?: readonly string[] | undefined;
}

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

interface RefusedView {
  readonly card: 'refused';
  readonly problem: Problem;
  /** It stands in place of `home`: a button to there would lead back here. */
  readonly isHome?: boolean | undefined;
  readonly accountName?: string | undefined;
}
