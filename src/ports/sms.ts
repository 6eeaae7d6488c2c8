import type { Secret } from '../domain/secret.ts';

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
