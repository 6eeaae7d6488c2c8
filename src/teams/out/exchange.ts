import http from 'node:http';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { answerText } from '../../ports/answerText.ts';
import { NotifierError, isUnsent } from '../../ports/errors.ts';
import type { Login } from './login.ts';

/** The proxies of Node's own agents (NODE_USE_ENV_PROXY); its types leave `options` out. */
const PROXY_ENV = (http.globalAgent as http.Agent & { readonly options: http.AgentOptions }).options
  .proxyEnv;

/** One request of the bot's. Without a token it is not signed. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: URL;
  readonly token: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
  /** On a connection of its own, as every POST goes. */
  readonly isAlone?: boolean;
}

/** Its answer, whatever the status. */
interface Answer {
  readonly status: number;
  /** Seconds, or undefined where the answer asks for no wait. */
  readonly retryAfter: string | undefined;
  /** The JSON of the body; undefined where it is none. */
  readonly body: unknown;
}

/**
 * One request. No redirect is followed (the token would leak), and a POST is never repeated (a message
 * would be doubled): it gets a connection of its own, since the other side may close a kept one at that
 * moment, and then it is unknown whether the request came through. A request that may be repeated goes on a
 * kept connection, and again on another where that one was dead. Rejects with the error of the network.
 */
export async function exchange(asked: Request): Promise<Answer> {
  const { method, url, token, body, signal } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const { Agent, request: open } = url.protocol === 'https:' ? https : http;
  const isAlone = method === 'POST' || asked.isAlone === true;
  // `agent: false` would bypass the environment's proxy, through which all others go.
  const alone = { keepAlive: false, proxyEnv: PROXY_ENV };
  const request = open(url, {
    method,
    signal,
    ...(isAlone ? { agent: new Agent(alone) } : {}),
    headers: {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(bytes === undefined
        ? {}
        : { 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length }),
    },
  });
  request.on('error', (error: NodeJS.ErrnoException) => {
    const wasDead = request.reusedSocket && error.code === 'ECONNRESET';
    if (wasDead) resolve(exchange(asked));
    else reject(error);
  });
  let isAnswered = false;
  request.on('response', (response) => {
    isAnswered = true;
    read(response).then(resolve, reject);
  });
  // A connection that ends without an answer or an error, as after a 101.
  request.on('close', () => {
    if (!isAnswered) reject(new Error('the connection was closed'));
  });
  request.end(bytes);
  return promise;
}

async function read(response: IncomingMessage): Promise<Answer> {
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    body: parse(await answerText(response)),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const faultSchema = z.object({ code: z.string().regex(/^[\w.-]{1,64}$/) });
const refusalSchema = z.object({ error: faultSchema });

/** No answer came. */
export function lost(cause: unknown): NotifierError {
  const code = faultSchema.safeParse(cause).data?.code;
  return new NotifierError(isUnsent(code) ? 'refused' : 'ambiguous', code ?? 'no answer', {
    cause,
  });
}

/** The connector's answers as Microsoft's table of bot error codes has them. */
export function refusal(
  { status, body, retryAfter }: Answer,
  login: Login | undefined,
): NotifierError {
  const code = refusalSchema.safeParse(body).data?.error.code;
  const detail = [status, code].filter((part) => part !== undefined).join(' ');
  if (status === 401) login?.forget();
  if (status === 403) return new NotifierError('unreachable', detail, { isFinal: true });
  if (status === 404) return new NotifierError('messageGone', detail, { isFinal: true });
  if (status === 408 || status >= 500) return new NotifierError('ambiguous', detail);
  const seconds = Number(retryAfter ?? 'none');
  const isBusy = status === 412 || status === 429;
  return new NotifierError('refused', detail, {
    isBusy,
    // A 401 is about the bot's own token.
    isFinal: !isBusy && status !== 401,
    ...(seconds >= 0 ? { retryAfterMs: seconds * 1_000 } : {}),
  });
}

const createdSchema = z.object({ id: z.string().min(1) });

/** The id of the message or chat that was made; without an id the outcome is unknown. */
export function idOf(answer: unknown, fault: string): string {
  const created = createdSchema.safeParse(answer).data;
  if (!created) throw new NotifierError('ambiguous', fault);
  return created.id;
}
