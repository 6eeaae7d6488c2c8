import type { Secret } from '../domain/secret.ts';
import type { Locale } from '../domain/parties.ts';
import type { NoticeEvent, NoticeFacts } from './noticeView.ts';

/** A text message. The text may hold a code. */
export interface SmsMessage {
  /** E.164. */
  readonly to: string;
  readonly text: Secret;
  /** After this many seconds the message must not be delivered any more. */
  readonly validitySeconds: number;
}

/**
 * `accepted`: the service has taken the message. `refused`: it has not and will not.
 * `unknown`: it may have (5xx, no answer, an answer without a message id); never send again by itself.
 */
export type SmsOutcome =
  | { readonly outcome: 'accepted'; readonly messageId: string }
  | {
      readonly outcome: 'refused';
      /** `number`: this number cannot be reached; `service`: anything else. */
      readonly fault: 'number' | 'service';
      /** The provider's error code, for the log. */
      readonly code: string;
    }
  | { readonly outcome: 'unknown'; readonly code: string };

/** The fate of a message, as the service reports it later. */
export interface SmsStatus {
  readonly messageId: string;
  readonly fate: 'sent' | 'delivered' | 'failed';
  /** Present with `failed`. */
  readonly fault?: 'number' | 'service';
  /** The provider's error code, for the log. */
  readonly code?: string;
}

/** The SMS service. `send` posts at most once, save after a 429, and never throws. */
export interface SmsGateway {
  send(message: SmsMessage, signal: AbortSignal): Promise<SmsOutcome>;

  /** The report in a status callback, `forged` where the signature is not the service's own. */
  readStatus(
    parameters: Readonly<Record<string, string>>,
    signature: string | undefined,
  ): SmsStatus | 'forged' | 'irrelevant';
}

/** The purpose of a code; `oldNumber`: the enrolled number agrees to be replaced. */
export type CodePurpose = 'enrollment' | 'oldNumber' | 'reset' | 'unlock';

/** The names and times that a message holds; names as they come, of any length. */
type SmsFacts = Pick<NoticeFacts, 'accountName' | 'byName' | 'agentName' | 'at' | 'until'>;

/**
 * The wording of text messages. Each is one segment: at most 160 septets of GSM-7, without a link;
 * names are reduced to fit (requirement C11).
 */
export interface SmsTexts {
  /** A message with a code: it comes first and is the only run of so many digits. */
  code(locale: Locale, purpose: CodePurpose, values: SmsFacts & { readonly code: Secret }): Secret;

  /** A message about a change that is done; it holds no run of digits as long as a code. */
  notice(locale: Locale, event: NoticeEvent, values: SmsFacts): string;
}
