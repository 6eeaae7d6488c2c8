import type { IncomingMessage } from 'node:http';

/** Twilio's answers in place of taking a message. */
export interface TwilioRefusal {
  readonly status: number;
  readonly code: number;
}

const anyText = /^[^]+$/;
const flag = /^(true|false)$/;

/** The parameters of a message by Twilio's OpenAPI (2010-04-01), and the form of their values. */
const PARAMETERS: Readonly<Record<string, RegExp>> = {
  To: /^\+[1-9]\d{6,14}$/,
  From: /^(\+[1-9]\d{6,14}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
  MessagingServiceSid: /^MG[0-9a-fA-F]{32}$/,
  FallbackFrom: /^\+[1-9]\d{6,14}$/,
  Body: /^[^]{1,1600}$/,
  StatusCallback: /^https?:\/\/\S+$/,
  // 1 to 36 000 seconds.
  ValidityPeriod: /^([1-9]\d{0,3}|[12]\d{4}|3[0-5]\d{3}|36000)$/,
  ContentRetention: /^(retain|discard)$/,
  AddressRetention: /^(retain|obfuscate)$/,
  SmartEncoded: flag,
  ProvideFeedback: flag,
  ForceDelivery: flag,
  ShortenUrls: flag,
  SendAsMms: flag,
  Attempt: /^\d+$/,
  MaxPrice: /^\d+(\.\d+)?$/,
  TrafficType: /^free$/,
  ScheduleType: /^fixed$/,
  RiskCheck: /^(enable|disable)$/,
  ApplicationSid: /^AP[0-9a-fA-F]{32}$/,
  ContentSid: /^HX[0-9a-fA-F]{32}$/,
  SendAt: anyText,
  ContentVariables: anyText,
  PersistentAction: anyText,
  MediaUrl: /^https?:\/\/\S+$/,
};

/** Codes of their own; every other bad value is 20422, an invalid parameter. */
const BAD_VALUES: Readonly<Record<string, number>> = {
  To: 21211,
  From: 21212,
  Body: 21617,
  StatusCallback: 21609,
};

/** Requests that Twilio itself would refuse before anything else. */
export function refusalOf(
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly user: string;
    readonly password: string;
    readonly body: string;
  },
  accountSid: string,
  authToken: string,
): TwilioRefusal | undefined {
  if (request.user !== accountSid || request.password !== authToken) {
    return { status: 401, code: 20003 };
  }
  const path = `/2010-04-01/Accounts/${accountSid}/Messages.json`;
  if (request.path !== path) return { status: 404, code: 20404 };
  if (request.method !== 'POST') return { status: 405, code: 20004 };
  if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') {
    return { status: 415, code: 20415 };
  }
  const code = faultOf(new URLSearchParams(request.body));
  return code === undefined ? undefined : { status: 400, code };
}

function faultOf(form: URLSearchParams): number | undefined {
  if (!form.get('To')) return 21604;
  if (!form.get('Body')) return 21602;
  if (!form.get('From') && !form.get('MessagingServiceSid')) return 21603;
  for (const [name, value] of form) {
    const right = PARAMETERS[name];
    if (right === undefined || form.getAll(name).length > 1) return 20001;
    if (!right.test(value)) return BAD_VALUES[name] ?? 20422;
  }
  return undefined;
}
