import { createHmac, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { refusalOf } from './twilioRules.ts';

/** The server's answer to the next message. Without a script it takes every message. */
export type TwilioAnswer =
  | 'ok'
  /** Never answers; the connection ends with the server. */
  | 'hang'
  /** Takes the message, begins its answer and cuts the connection. */
  | 'cut'
  /** Cuts the connection before a single byte of answer. */
  | 'cutBefore'
  | 'withoutSid'
  /** Takes the message, but says so too late. */
  | { readonly delayMs: number }
  /** The same, once the promise has come true. */
  | { readonly until: Promise<unknown> }
  | { readonly redirectTo: string }
  | {
      readonly status: number;
      readonly code?: number;
      readonly retryAfter?: string;
      /** Sent as it is instead of Twilio's JSON. */
      readonly text?: string;
    };

/** A request as it came in, right or wrong. */
interface TwilioRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly user: string;
  readonly password: string;
  /** The form's fields: To, From, Body, … */
  readonly form: Readonly<Record<string, string>>;
  /** The SID that the message got, where the server took it. */
  readonly sid: string | undefined;
}

export interface TwilioServer {
  readonly url: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Another token takes the place of the present one, as in Twilio's console. */
  promoteToken(): void;
  /** The service's answer about the account. */
  readonly account: { status: string; type: string };
  /** All POSTs in order of arrival. */
  readonly requests: readonly TwilioRequest[];
  /** Forgets the POSTs, where there would be too many. */
  forget(): void;
  /** Answers for the next messages, in order; afterwards `ok` again. */
  script(...answers: readonly TwilioAnswer[]): void;
  /** The same for messages that begin with a code; notices, which come in their own time, use none up. */
  scriptCodes(...answers: readonly TwilioAnswer[]): void;
  /** Waits until that many requests have come, and gives the last of them. */
  waitForRequest(count: number, timeoutMs?: number): Promise<TwilioRequest>;
  /**
   * Posts a status callback. It is signed for `signedUrl` (default: the address that it goes to)
   * with `token` (default: the account's own); `signature` stands in for the whole signature.
   */
  sendStatus(
    url: string,
    parameters: Readonly<Record<string, string>>,
    options?: { signedUrl?: string; token?: string; signature?: string | null },
  ): Promise<Response>;
  close(): Promise<void>;
}

/** X-Twilio-Signature as Twilio's manual describes it: the address, then names and values by name. */
export function twilioSignature(
  token: string,
  url: string,
  parameters: Readonly<Record<string, string>>,
): string {
  const names = Object.keys(parameters).sort();
  const text = url + names.map((name) => name + (parameters[name] ?? '')).join('');
  return createHmac('sha1', token).update(text, 'utf8').digest('base64');
}

/** An HTTP server on loopback that speaks Twilio's Messages API and remembers its requests. */
export async function startTwilioServer(port = 0): Promise<TwilioServer> {
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  let authToken = randomBytes(16).toString('hex');
  const requests: TwilioRequest[] = [];
  const answers: TwilioAnswer[] = [];
  const codeAnswers: TwilioAnswer[] = [];

  const server = createServer((incoming, response) => {
    void take(incoming, response);
  });

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { body, ...request } = await readRequest(incoming);
    if (request.method === 'GET') {
      showAccount(request, response);
      return;
    }
    const refusal = refusalOf({ ...request, body }, accountSid, authToken);
    const isCode = /^\d{6}/.test(request.form['Body'] ?? '');
    const planned = (isCode ? codeAnswers.shift() : undefined) ?? answers.shift();
    const answer = refusal ?? planned ?? 'ok';
    const sid = isTaken(answer) ? `SM${randomBytes(16).toString('hex')}` : undefined;
    requests.push({ ...request, sid });
    await respond(response, answer, sid, request.form);
  }

  const account = { status: 'active', type: 'Full' };

  function showAccount(
    { path, user, password }: Omit<TwilioRequest, 'sid'>,
    response: ServerResponse,
  ): void {
    const isAccount = path === `/2010-04-01/Accounts/${accountSid}.json`;
    const isKnown = user === accountSid && password === authToken;
    const status = isKnown ? (isAccount ? 200 : 404) : 401;
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? { sid: accountSid, ...account } : {}));
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${String(address.port)}`,
    accountSid,
    get authToken() {
      return authToken;
    },
    promoteToken() {
      authToken = randomBytes(16).toString('hex');
    },
    account,
    requests,
    forget: () => {
      requests.length = 0;
    },
    script: (...next) => {
      answers.splice(0, answers.length, ...next);
    },
    scriptCodes: (...next) => {
      codeAnswers.splice(0, codeAnswers.length, ...next);
    },
    waitForRequest: async (count, timeoutMs = 90_000) => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const request = requests[count - 1];
        if (request !== undefined) return request;
        if (Date.now() > end) {
          throw new Error(`${String(requests.length)} of ${String(count)} SMS requests came`);
        }
        await wait(10);
      }
    },
    sendStatus: (url, parameters, { signedUrl = url, token = authToken, signature } = {}) => {
      const own = twilioSignature(token, signedUrl, parameters);
      return fetch(url, {
        method: 'POST',
        body: new URLSearchParams(parameters),
        headers: signature === null ? {} : { 'X-Twilio-Signature': signature ?? own },
      });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(
  incoming: IncomingMessage,
): Promise<Omit<TwilioRequest, 'sid'> & { readonly body: string }> {
  const body = await text(incoming);
  const basic = /^Basic (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return {
    at: Date.now(),
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    user,
    password,
    body,
    form: Object.fromEntries(new URLSearchParams(body)),
  };
}

function isTaken(answer: TwilioAnswer): boolean {
  if (typeof answer === 'object') return 'delayMs' in answer || 'until' in answer;
  return answer === 'ok' || answer === 'cut';
}

async function respond(
  response: ServerResponse,
  answer: TwilioAnswer,
  sid: string | undefined,
  form: Readonly<Record<string, string>>,
): Promise<void> {
  if (answer === 'hang') return;
  if (answer === 'cutBefore') {
    response.destroy();
    return;
  }
  if (typeof answer === 'object' && 'delayMs' in answer) await wait(answer.delayMs);
  if (typeof answer === 'object' && 'until' in answer) await answer.until;
  if (typeof answer === 'object' && 'redirectTo' in answer) {
    response.writeHead(307, { Location: answer.redirectTo });
    response.end();
    return;
  }
  if (typeof answer === 'object' && 'status' in answer) {
    const { status, code, retryAfter, text } = answer;
    response.writeHead(status, {
      'Content-Type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    });
    // Like Twilio's own texts it repeats its input: no part of that may turn up in a log.
    const message = `The 'To' number ${form['To'] ?? ''} … ${form['Body'] ?? ''}`;
    response.end(text ?? JSON.stringify({ code, message, more_info: '', status }));
    return;
  }
  const body = JSON.stringify({
    sid: sid ?? null,
    status: 'queued',
    to: form['To'],
    body: form['Body'],
    error_code: null,
  });
  response.writeHead(201, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  if (answer === 'cut') {
    response.write(body.slice(0, 20), () => response.destroy());
    return;
  }
  response.end(body);
}
