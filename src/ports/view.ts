import type { ShownRules } from '../domain/passwords/shownRules.ts';
import type { Problem, Shut } from '../domain/reasons.ts';
import type {
  CallerDoneView,
  CallerView,
  DeskAccountView,
  DeskView,
  ShownNumber,
} from './deskView.ts';
import type {
  ReminderView,
  InvitationView,
  ReminderDoneView,
  NoticeView,
  SummaryView,
} from './noticeView.ts';

/** The contents of a card, in domain words; src/teams renders it. Times are epoch ms. */
export type View =
  | HomeView
  | HelpView
  | CurrentPasswordView
  | MobileView
  | CodeView
  | EnrollmentDoneView
  | NewPasswordView
  | ResetDoneView
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
  | CancelledView;

export type CardName = View['card'];

export interface HomeAccount {
  /** Opaque; stands in the data of the account's buttons. */
  readonly handle: string;
  readonly name: string;
  readonly displayName: string;
  /** The number with which the manager is enrolled; absent where there is none. */
  readonly number?: ShownNumber | undefined;
  readonly isLocked: boolean;
  /** When the next code to unlock it can go out, where wrong codes or earlier ones put it off. */
  readonly codesFrom?: number | undefined;
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
  readonly isAgent: boolean;
  readonly problem?: Problem | undefined;
  /** An unlock was asked for, and none of the manager's accounts is locked. */
  readonly isNothingLocked?: boolean | undefined;
  /** It is the first card that the manager sees, and says what the bot is. */
  readonly isWelcome?: boolean | undefined;
}

/** The words that work. */
interface HelpView {
  readonly card: 'help';
  /** The person is of the service desk. */
  readonly isAgent: boolean;
  /** False for an agent who answers for no account. */
  readonly isManager: boolean;
}

/** Where in its flow a card stands, both from 1. */
export interface Progress {
  readonly step: number;
  readonly of: number;
}

/** Common to the cards of a flow. */
interface AnyFlowView {
  /** Opaque; stands in the data of every button on the card that concerns the flow. */
  readonly handle: string;
  readonly accountName: string;
}

/** Common to the cards of a running flow. */
interface FlowView extends AnyFlowView {
  readonly problem?: Problem | undefined;
  /** Absent where the flow has one step only. */
  readonly progress?: Progress | undefined;
}

interface ResetDoneView {
  readonly card: 'reset.done';
  readonly accountName: string;
  /** Absent where the bot only knows that it was. */
  readonly changedAt?: number | undefined;
}

interface UnlockDoneView extends AnyFlowView {
  readonly card: 'unlock.done';
  /** The account is unlocked and its password lets nobody in all the same. */
  readonly shut?: Shut | undefined;
  /** When the number may first be used for a reset, where it has to wait. */
  readonly usableFrom?: number | undefined;
}

/** Common to the cards before a number is chosen. */
interface ChoiceView extends FlowView {
  /** When the number could first be used for a reset, where it would have to wait. */
  readonly usableFrom?: number | undefined;
}

interface CurrentPasswordView extends ChoiceView {
  readonly card: 'enrollment.currentPassword';
  /** A password came as chat text: advise to delete that message. */
  readonly advisesDeletion?: boolean | undefined;
}

export interface MobileView extends ChoiceView {
  readonly card: 'enrollment.mobile';
  /** The known number, masked; absent where none is known. */
  readonly shownMobile?: string | undefined;
  /** Whether the known number is already enrolled or only a suggestion from the directory. */
  readonly shownIsEnrolled?: boolean | undefined;
  /** The known number's code has been sent already; chosen again, the number gets no other code before then. */
  readonly heldUntil?: number | undefined;
  /** A code was sent already that counts no more. */
  readonly isCodeVoid?: boolean | undefined;
  /** The agent who vouched: only the shown number may be taken. */
  readonly vouchedBy?: string | undefined;
}

export interface CodeView extends FlowView {
  readonly card: 'enrollment.oldCode' | 'enrollment.code' | 'reset.code' | 'unlock.code';
  readonly maskedMobile: string;
  /** When the code ends; absent where none is asked for. */
  readonly expiresAt?: number | undefined;
  /** No other code can be sent on this card. */
  readonly isLast?: boolean | undefined;
  /** When a code can go to the number again; absent where the usual minute is the only wait. */
  readonly nextFrom?: number | undefined;
  /** The number is the one that an agent vouched for: no other may be taken. */
  readonly isVouched?: boolean | undefined;
  /** The code's message did not arrive, or may not have. */
  readonly hasFailed?: boolean | undefined;
  /** False on `unlock.code` when the code was accepted but the directory failed: only a new try is offered. */
  readonly hasInput: boolean;
}

interface EnrollmentDoneView extends AnyFlowView {
  readonly card: 'enrollment.done';
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

interface ResetUnknownView extends AnyFlowView {
  readonly card: 'reset.unknown';
  /** When the password was last changed by anyone, where the directory says so. */
  readonly passwordSetAt?: number | undefined;
}

interface CancelledView {
  readonly card: 'cancelled';
  /** A reset was cancelled that has written no password. */
  readonly isPasswordKept?: boolean;
}

interface RefusedView {
  readonly card: 'refused';
  readonly problem: Problem;
  /** It stands in place of `home`: a button to there would lead back here. */
  readonly isHome?: boolean | undefined;
  readonly accountName?: string | undefined;
}
