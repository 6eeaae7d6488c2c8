import { setTimeout as wait } from 'node:timers/promises';
import twilio from 'twilio';
import { answerText } from '../ports/answerText.ts';
import { isOver, withDeadline } from '../ports/deadline.ts';
import type { Log } from '../ports/log.ts';
import type { SmsGateway, SmsMessage, SmsOutcome } from '../ports/sms.ts';
import { failureCode, outcomeOf, retryDelayMs, statusOf } from './twilioAnswers.ts';
import type { Answer, TwilioAccess } from './twilioAnswers.ts';

/** All tries of one message together. */
const DEADLINE_MS = 8000;
/** Further posts after a 429, the one answer that is sure to mean "not taken". */
const MAX_RETRIES = 2;
/** Twilio's own bounds of ValidityPeriod. */
const MAX_VALIDITY_SECONDS = 36_000;

const NOT_SENT: Answer = { failure: 'notSent', isUnsent: true };

export interface TwilioOptions extends TwilioAccess {
  /** A number in E.164 or a sender name. */
  readonly from?: string | undefined;
  readonly messagingServiceSid?: string | undefined;
  /** The address that Twilio is given, and that its signatures cover. */
  readonly statusCallbackUrl: string;
  /** Asks Twilio to discard the text and to obfuscate the number; needs message redaction on the account. */
  readonly isRedacted: boolean;
}

/** SMS by Twilio's Programmable Messaging. Posts a message once, save after a 429; logs codes only. */
export function createTwilioGateway(options: TwilioOptions, log: Log): SmsGateway {
  return {
    send: async (message, signal) => {
      if (isOver(signal)) return { outcome: 'refused', fault: 'service', code: 'tooLate' };
      const outcome = await withDeadline(DEADLINE_MS, signal, (deadline) =>
        postPatiently(options, message, deadline),
      );
      report(log, outcome);
      return outcome;
    },

    readStatus: (parameters, signature) => {
      const isGenuine =
        signature !== undefined &&
        twilio.validateRequest(
          options.authToken.reveal(),
          signature,
          options.statusCallbackUrl,
          parameters,
        );
      if (!isGenuine) return 'forged';
      const status = statusOf(parameters);
      if (status !== 'irrelevant' && status.fate === 'failed') {
        log.warn(
          { code: status.code, fault: status.fault },
          `SMS not delivered${cureOf(status.code)}`,
        );
      }
      return status;
    },
  };
}

async function postPatiently(
  options: TwilioOptions,
  message: SmsMessage,
  deadline: AbortSignal,
): Promise<SmsOutcome> {
  for (let retries = 0; ; retries += 1) {
    const answer = await post(options, message, deadline);
    const delayMs = retries < MAX_RETRIES ? retryDelayMs(answer, retries) : undefined;
    if (delayMs === undefined) return outcomeOf(answer);
    await wait(delayMs, undefined, { signal: deadline }).catch(() => undefined);
    if (isOver(deadline)) return outcomeOf(answer);
  }
}

/** One POST. Its outcome stands in the answer, never in an exception. */
async function post(
  options: TwilioOptions,
  message: SmsMessage,
  signal: AbortSignal,
): Promise<Answer> {
  let http: OneRequest | undefined;
  try {
    http = new OneRequest(options.apiUrl, signal);
    const client = twilio(options.accountSid, options.authToken.reveal(), {
      httpClient: http,
    });
    await client.messages.create({
      to: message.to,
      body: message.text.reveal(),
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.messagingServiceSid === undefined
        ? {}
        : { messagingServiceSid: options.messagingServiceSid }),
      statusCallback: options.statusCallbackUrl,
      // Without it Twilio keeps trying for ten hours: a dead code would still arrive.
      validityPeriod: Math.min(
        Math.max(1, Math.floor(message.validitySeconds)),
        MAX_VALIDITY_SECONDS,
      ),
      ...(options.isRedacted
        ? { contentRetention: 'discard' as const, addressRetention: 'obfuscate' as const }
        : {}),
      smartEncoded: false,
    });
  } catch {
    // The library's errors repeat the number and the text; `answer` holds what may be told.
  }
  return http?.answer ?? NOT_SENT;
}

/**
 * The library's way out for one request: `fetch` instead of its own axios client, which follows no
 * signal and keeps the last request, code and all, in memory.
 */
class OneRequest extends twilio.RequestClient {
  answer: Answer = NOT_SENT;
  readonly #apiUrl: string;
  readonly #signal: AbortSignal;

  constructor(apiUrl: string, signal: AbortSignal) {
    super();
    this.#apiUrl = apiUrl;
    this.#signal = signal;
  }

  override async request<T>(
    request: Parameters<typeof twilio.RequestClient.prototype.request<T>>[0],
  ): ReturnType<typeof twilio.RequestClient.prototype.request<T>> {
    const credentials = `${request.username ?? ''}:${request.password ?? ''}`;
    try {
      // The library makes another host of the one it was given, by its labels and by TWILIO_REGION.
      const { pathname, search } = new URL(request.uri);
      const response = await fetch(new URL(pathname + search, this.#apiUrl), {
        method: request.method.toUpperCase(),
        headers: {
          ...request.headers,
          Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        },
        body: new URLSearchParams(formOf(request.data)),
        redirect: 'manual',
        signal: this.#signal,
      });
      const body = await answerText(response.body);
      this.answer = {
        status: response.status,
        body,
        retryAfter: response.headers.get('retry-after') ?? undefined,
      };
      return {
        statusCode: response.status,
        body: body as T,
        headers: {},
        toString: () => 'answer',
      };
    } catch (error) {
      this.answer = failureCode(error);
      throw error;
    }
  }
}

function formOf(data: unknown): Record<string, string> {
  if (typeof data !== 'object' || data === null) return {};
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, String(value)]));
}

/** Twilio's codes for an account without message redaction (https://www.twilio.com/docs/api/errors/30029). */
function cureOf(code: string | undefined): string {
  return code === '30029' || code === '30030'
    ? ': the account has no message redaction: enable it at Twilio, or set TWILIO_REDACTION=off'
    : '';
}

function report(log: Log, outcome: SmsOutcome): void {
  switch (outcome.outcome) {
    case 'accepted':
      return log.debug({ messageId: outcome.messageId }, 'SMS accepted');
    case 'refused':
      return log.warn(
        { code: outcome.code, fault: outcome.fault },
        `SMS refused${cureOf(outcome.code)}`,
      );
    case 'unknown':
      return log.warn({ code: outcome.code }, 'SMS without a clear answer, not sent again');
  }
}
