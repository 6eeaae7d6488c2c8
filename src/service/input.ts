import type { Locale, ManagerKey, Purpose, Address } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { RevokeReason } from '../ports/deskView.ts';
import type { View } from '../ports/view.ts';
import type { NotNeededReason } from '../ports/noticeView.ts';
import type { SmsStatus } from '../ports/sms.ts';

/** The sender as the channel's roster shows them. */
export type Roster =
  | {
      readonly status: 'member';
      readonly upn?: string | undefined;
      readonly mail?: string | undefined;
      readonly name?: string | undefined;
    }
  /** A guest, an entry of another tenant or person, or a sender unknown to the chat. */
  | { readonly status: 'notAllowed' }
  | { readonly status: 'unavailable' };

/** The sender of a tap or message, from the verified activity. */
export interface Person {
  readonly key: ManagerKey;
  readonly roster: Roster;
  readonly address: Address;
}

/** A typed secret as it came: absent where the field was missing or no string. At most 1 024 characters are kept. */
export type SecretInput = Secret | undefined;

/** One thing that a manager did. `handle` is what stood on the card, unverified; absent for words typed in the chat. */
export type Input =
  /** `from`: how many accounts come before those that are asked for. `isWelcome`: the app was installed. */
  | { readonly type: 'home'; readonly from?: number | undefined; readonly isWelcome?: boolean }
  | { readonly type: 'help' }
  | { readonly type: 'language'; readonly locale?: Locale | undefined }
  | { readonly type: 'begin'; readonly purpose: Purpose; readonly handle?: string | undefined }
  /** Without a handle: all own flows. */
  | { readonly type: 'cancel'; readonly handle?: string | undefined }
  | { readonly type: 'refresh'; readonly handle?: string | undefined }
  | ReminderInput
  | { readonly type: 'notNow'; readonly handle: string }
  | DeskInput
  | CallerInput
  | { readonly type: 'undoNotNeeded'; readonly handle: string }
  | FlowInput
  /** A chat message that is no command word: a code for the one flow that awaits one, or nothing. */
  | { readonly type: 'text'; readonly text: Secret };

/** A tap of an agent of the service desk, or the word that opens its card. */
export type DeskInput =
  /** `handle`: of the account's card that was left, where one was. `isWord`: typed in the chat. */
  | { readonly type: 'desk'; readonly handle?: string | undefined; readonly isWord?: true }
  | { readonly type: 'deskFind'; readonly account: string | undefined }
  | { readonly type: 'deskOpen'; readonly handle: string }
  | DeskActInput;

/** An agent's act on an account's card. */
export type DeskActInput = { readonly handle: string } & (
  | { readonly type: 'deskConfirm' | 'deskVouch' | 'deskClearLockout' }
  | { readonly type: 'deskRevoke'; readonly reason: RevokeReason }
);

/** A manager's answer to an agent's question. */
export interface CallerInput {
  readonly type: 'callerAnswer' | 'callerDeny';
  readonly handle: string;
}

/** A tap on a reminder, beside beginning a flow. */
export type ReminderInput = { readonly handle: string } & (
  { readonly type: 'snooze' } | { readonly type: 'notNeeded'; readonly reason: NotNeededReason }
);

/** A code as it was typed. */
export interface TypedCode {
  readonly code: SecretInput;
}

/** A new password as it was typed, twice. */
export interface NewPassword {
  readonly newPassword: SecretInput;
  readonly confirmPassword: SecretInput;
}

/** A tap on the card of a running flow. */
export type FlowInput = { readonly handle: string | undefined } & (
  | { readonly type: 'proveCurrentPassword'; readonly currentPassword: SecretInput }
  | { readonly type: 'setMobile'; readonly mobile: string | undefined }
  | { readonly type: 'useShownMobile' }
  | { readonly type: 'changeMobile' }
  | ({ readonly type: 'confirmOldCode' } & TypedCode)
  | ({ readonly type: 'confirmCode' } & TypedCode)
  | { readonly type: 'resendCode' }
  | ({ readonly type: 'setPassword' } & NewPassword)
);

/** The card that answers an input. */
export interface Answer {
  readonly view: View;
  readonly locale: Locale;
  /** The flow that the card shows, where it shows one: the channel reports the card's message for it. */
  readonly flow?: ShownFlow | undefined;
}

/** A flow, and the message that is known to show it. */
export interface ShownFlow {
  readonly id: string;
  readonly messageId: string | undefined;
}

/** The use cases, as the channel calls them. */
export interface Turns {
  /** Never throws; a failure is a card. `signal` ends outside calls. */
  take(person: Person, input: Input, signal: AbortSignal): Promise<Answer>;

  /** A flow's card is shown by this message of the manager's conversation. */
  cardShown(flowId: string, messageId: string): Promise<void>;

  /** Keeps the newest way to reach the person; called for installations and removals too. */
  met(person: Pick<Person, 'key' | 'address'>, isReachable: boolean): Promise<void>;

  /** The manager's language, for texts outside a flow. */
  localeOf(key: ManagerKey): Promise<Locale>;

  /** Takes a verified status report of the SMS service. */
  smsReported(report: SmsStatus): Promise<void>;
}
