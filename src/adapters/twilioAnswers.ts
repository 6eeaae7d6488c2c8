import { answerText } from '../ports/answerText.ts';
import { withDeadline } from '../ports/deadline.ts';
import type { Secret } from '../domain/secret.ts';
import type { SmsOutcome, SmsStatus } from '../ports/sms.ts';
import { isUnsent } from '../ports/errors.ts';
import { z } from 'zod';

/** The account at Twilio, and the address of its API. */
export interface TwilioAccess {
  readonly accountSid: string;
  readonly authToken: Secret;
  readonly apiUrl: string;
}

/** The result of one POST: an HTTP answer, or the reason why there is none. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly retryAfter?: string | undefined }
  | { readonly failure: string; readonly isUnsent: boolean };

/** Invalid, not allowed, opted out, not a mobile; as a callback blocked, unknown, landline. */
const NUMBER_FAULTS = new Set(['21211', '21408', '21610', '21614', '30004', '30005', '30006']);

/** These calls of the system ask for nothing but a connection. */
const UNSENT_SYSCALLS = new Set(['connect', 'getaddrinfo']);

/** A longer Retry-After than this is not waited for. */
const MAX_RETRY_AFTER_MS = 2000;
const FIRST_BACKOFF_MS = 250;

/** The outcome by requirement F7: unless Twilio says clearly "no", the message may have been taken. */
export function outcomeOf(answer: Answer): SmsOutcome {
  if ('failure' in answer) {
    return answer.isUnsent
      ? { outcome: 'refused', fault: 'service', code: answer.failure }
      : { outcome: 'unknown', code: answer.failure };
  }
  const { status } = answer;
  const body = fieldsOf(answer.body);
  const code = codeOf(body['code']) ?? `http${String(status)}`;
  if (status >= 400 && status < 500) {
    return { outcome: 'refused', fault: NUMBER_FAULTS.has(code) ? 'number' : 'service', code };
  }
  const messageId = wordOf(body['sid']);
  return status >= 200 && status < 300 && messageId !== undefined
    ? { outcome: 'accepted', messageId }
    : { outcome: 'unknown', code };
}

/** How long to wait before the same message may be posted again; undefined where it may not. */
export function retryDelayMs(answer: Answer, retries: number): number | undefined {
  if ('failure' in answer || answer.status !== 429) return undefined;
  const jittered = FIRST_BACKOFF_MS * 2 ** retries * (0.5 + Math.random() / 2);
  const asked = /^[0-9]+$/.test(answer.retryAfter ?? '') ? Number(answer.retryAfter) * 1000 : 0;
  return asked > MAX_RETRY_AFTER_MS ? undefined : Math.max(asked, jittered);
}

/** Why `fetch` gave no answer, by the codes of Node.js; nothing of the request is in them. */
export function failureCode(error: unknown): Answer {
  const name = wordOf(fieldOf(error, 'name'));
  if (name === 'TimeoutError' || name === 'AbortError') {
    return { failure: 'timeout', isUnsent: false };
  }
  const cause = fieldOf(error, 'cause');
  const code = wordOf(fieldOf(cause, 'code'));
  const syscall = wordOf(fieldOf(cause, 'syscall'));
  return {
    failure: code ?? 'noAnswer',
    isUnsent: isUnsent(code) || UNSENT_SYSCALLS.has(syscall ?? ''),
  };
}

/** The report in a status callback whose signature was right. */
export function statusOf(parameters: Readonly<Record<string, string>>): SmsStatus | 'irrelevant' {
  const messageId = wordOf(parameters['MessageSid']);
  if (messageId === undefined) return 'irrelevant';
  switch (parameters['MessageStatus'] ?? '') {
    case 'sent':
    case 'partially_delivered':
      return { messageId, fate: 'sent' };
    case 'delivered':
    case 'read':
      return { messageId, fate: 'delivered' };
    case 'failed':
    case 'undelivered':
    case 'canceled': {
      const code = codeOf(parameters['ErrorCode']) ?? 'none';
      return {
        messageId,
        fate: 'failed',
        fault: NUMBER_FAULTS.has(code) ? 'number' : 'service',
        code,
      };
    }
    default:
      return 'irrelevant';
  }
}

function fieldsOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Twilio's codes have five digits; a word of another form would be a metric's label without an end. */
function codeOf(value: unknown): string | undefined {
  const code = wordOf(value);
  return /^[1-9]\d{4}$/.test(code ?? '') ? code : undefined;
}

/** Ids and codes are short words; anything else that stands in their place is not passed on. */
function wordOf(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(text) ? text : undefined;
}

const TIMEOUT_MS = 8_000;
const accountSchema = z.object({ status: z.string(), type: z.string().optional() });

/**
 * `active`: messages can be sent. `trial`: to verified numbers only. `inactive`: suspended or closed. `refused`: the SID or the token is
 * wrong. `unclear`: the service answers, but says nothing of the account. `unreachable`: no answer.
 */
type TwilioAccount = 'active' | 'trial' | 'inactive' | 'refused' | 'unclear' | 'unreachable';

/** Reads the account, without sending anything (https://www.twilio.com/docs/iam/api/account). */
export async function readTwilioAccount({
  accountSid,
  authToken,
  apiUrl,
}: TwilioAccess): Promise<TwilioAccount> {
  const credentials = Buffer.from(`${accountSid}:${authToken.reveal()}`).toString('base64');
  const answer = await withDeadline(TIMEOUT_MS, undefined, async (signal) => {
    const response = await fetch(new URL(`/2010-04-01/Accounts/${accountSid}.json`, apiUrl), {
      headers: { Authorization: `Basic ${credentials}` },
      redirect: 'manual',
      signal,
    });
    const { status, ok: isOk } = response;
    const body = isOk ? fieldsOf(await answerText(response.body)) : undefined;
    return { status, isOk, body };
  }).catch(() => undefined);
  if (answer === undefined || answer.status >= 500) return 'unreachable';
  if (answer.status === 401 || answer.status === 403) return 'refused';
  if (!answer.isOk) return 'unclear';
  const account = accountSchema.safeParse(answer.body);
  if (!account.success) return 'unclear';
  if (account.data.status !== 'active') return 'inactive';
  return account.data.type === 'Trial' ? 'trial' : 'active';
}
