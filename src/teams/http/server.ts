import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createRestifyServer } from 'restify';
import type { RequestHandler, Server as Restify } from 'restify';
import type { Secret } from '../../domain/secret.ts';
import type { Log } from '../../ports/log.ts';
import type { SmsGateway } from '../../ports/sms.ts';
import type { Turns } from '../../service/input.ts';
import { within } from '../../service/waiting/waiting.ts';
import { readActivity, type RawActivity } from '../in/activity.ts';
import type { Bot } from '../in/bot.ts';
import { decodeText, discard, parseJson, readBody, takeInTurn } from './request.ts';
import { type Path, ROUTES, type Refusal, refuse, signatureOf } from './routes.ts';
import type { Guard } from './tokenGuard.ts';
import { createTurnedAway, type TurnedAway } from './turnedAwayLog.ts';
import { createReadiness, maySeeMetrics } from './health.ts';

/** Headers and body must have arrived by then. */
const RECEIVE_TIMEOUT_MS = 10_000;
/** Node looks for late requests only this often; its own default would let them live 30 s longer. */
const TIMEOUT_CHECK_MS = 1_000;
/** The requests under way at a stop may take this long (requirement R11). */
const DRAIN_MS = 25_000;
const LAST_WRITES_MS = 1_000;
/** Parsing a body of this length costs less than verifying a token. */
const MAX_UNPROVEN_BYTES = 8 * 1_024;
const MAX_PARAMETERS = 64;

export interface ServerOptions {
  readonly auth: 'on' | 'off';
  readonly guard: Guard;
  readonly bot: Bot;
  readonly turns: Pick<Turns, 'smsReported'>;
  readonly gateway: Pick<SmsGateway, 'readStatus'>;
  /** Whether turns can be served. */
  readonly isReady: () => Promise<boolean>;
  /** Names of the outside systems whose last operation failed. */
  readonly degraded: () => readonly string[];
  /** A prom-client registry. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
  readonly metricsToken: () => Secret | undefined;
  /** A word by which the log's line is found. */
  readonly reference: () => string;
  readonly clock: () => number;
  readonly log: Log;
  /** How long headers and body may take to arrive; 10 s. */
  readonly receiveTimeoutMs?: number;
}

/** The one open port. */
export interface Server {
  /** Gives the port; 0 asks for a free one. Rejects where the port cannot be opened. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new turns at once, lets those under way end within 25 s, then closes. */
  close(): Promise<void>;
}

/** An answer; no body, or text with its content type. */
interface Reply extends Refusal {
  readonly type?: string;
  readonly body?: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function createServer(options: ServerOptions): Server {
  const { log } = options;
  const running = new Set<Promise<void>>();
  const turnedAway = createTurnedAway(log);
  const checkReadiness = createReadiness(options.isReady);
  let isDraining = false;

  const handlers: Readonly<Record<Path, (request: IncomingMessage) => Promise<Reply>>> = {
    '/api/messages': (request) => receiveActivity(options, request, turnedAway, () => isDraining),
    '/api/sms/status': (request) => receiveSmsStatus(options, request),
    '/healthz': () => Promise.resolve({ status: 200 }),
    '/readyz': async () => {
      const isReady = !isDraining && (await checkReadiness());
      const state = { status: isReady ? 'ready' : 'unavailable', degraded: options.degraded() };
      return { status: isReady ? 200 : 503, type: JSON_TYPE, body: JSON.stringify(state) };
    },
    '/metrics': async (request) => {
      if (!maySeeMetrics(request, options.metricsToken())) return { status: 403 };
      const { metrics } = options;
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
    },
  };

  const restify = createRestifyServer({ name: '' });
  Object.assign(restify.server, {
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    headersTimeout: options.receiveTimeoutMs ?? RECEIVE_TIMEOUT_MS,
    requestTimeout: options.receiveTimeoutMs ?? RECEIVE_TIMEOUT_MS,
  });
  // With this listener Node would hand over each connection that asks for another protocol, without an end.
  restify.server.removeAllListeners('upgrade');
  // Without this listener Node would answer by itself, and read the body to its end.
  restify.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    discard(request);
    answer(response, { status: 417 });
  });
  takeInTurn(restify.server);
  // The routes below would also take `/./healthz` and `/%68ealthz`.
  restify.pre((request, response, next) => {
    const refusal = refuse(request, options.auth);
    if (refusal) {
      discard(request);
      answer(response, refusal);
    }
    next(refusal ? false : undefined);
  });
  for (const path of Object.keys(ROUTES) as Path[]) {
    const handle: RequestHandler = (request, response, next) => {
      const turn = serve(path, request, response).finally(() => {
        running.delete(turn);
        next(false);
      });
      running.add(turn);
    };
    if (ROUTES[path].method === 'POST') restify.post(path, handle);
    else {
      restify.get(path, handle);
      restify.head(path, handle);
    }
  }

  /** Never rejects: an exception that reached restify would stand in its answer. */
  async function serve(path: Path, request: IncomingMessage, response: ServerResponse) {
    try {
      answer(response, await handlers[path](request));
    } catch (error) {
      const reference = options.reference();
      log.error({ reference, path, fault: error }, 'a request failed');
      answer(response, { status: 500 });
    }
  }

  return {
    listen: (host, port) => listen(restify, host, port),
    async close() {
      isDraining = true;
      const allDone = async (): Promise<void> => {
        await Promise.allSettled(running);
        await options.bot.settled();
      };
      await within(DRAIN_MS, allDone());
      await closePort(restify);
      await turnedAway.flush();
    },
  };
}

async function receiveActivity(
  { guard, bot, clock }: ServerOptions,
  request: IncomingMessage,
  turnedAway: TurnedAway,
  isDraining: () => boolean,
): Promise<Reply> {
  const arrivedAt = clock();
  const bytes = await readBody(request, ROUTES['/api/messages'].maxBytes);
  if (typeof bytes === 'number') return { status: bytes };
  const read = (): RawActivity | undefined => readActivity(parseJson(bytes));
  // Parsing a long body costs too much for a stranger: its token is verified first.
  const isShort = bytes.length <= MAX_UNPROVEN_BYTES;
  const early = isShort ? read() : undefined;
  if (isShort && !early) return { status: 400 };
  const bearer = await guard.authenticate(request.headers.authorization);
  if (bearer.outcome === 'refused') {
    turnedAway.tell(bearer);
    return { status: bearer.status };
  }
  const activity = early ?? read();
  if (!activity) return { status: 400 };
  const verdict = guard.admit(bearer, activity);
  if (verdict.outcome === 'ignored') return { status: 200 };
  if (verdict.outcome === 'refused') {
    turnedAway.tell(verdict);
    return { status: verdict.status };
  }
  if (isDraining()) return { status: 503 };
  const { status, body } = await bot.receive(verdict.activity, arrivedAt);
  if (body === undefined) return { status };
  return { status, type: JSON_TYPE, body };
}

async function receiveSmsStatus(
  { gateway, turns }: ServerOptions,
  request: IncomingMessage,
): Promise<Reply> {
  const bytes = await readBody(request, ROUTES['/api/sms/status'].maxBytes);
  if (typeof bytes === 'number') return { status: bytes };
  const text = decodeText(bytes);
  if (text === undefined) return { status: 400 };
  // Hashing many parameters costs time; a report has some twenty.
  if (text.split('&').length > MAX_PARAMETERS) return { status: 403 };
  const parameters = Object.fromEntries(new URLSearchParams(text));
  const status = gateway.readStatus(parameters, signatureOf(request));
  if (status === 'forged') return { status: 403 };
  if (status !== 'irrelevant') await turns.smsReported(status);
  return { status: 204 };
}

function answer(response: ServerResponse, { status, type, body, allow }: Reply): void {
  if (type) response.setHeader('Content-Type', type);
  if (allow) response.setHeader('Allow', allow);
  if (body === undefined && status !== 204) response.setHeader('Content-Length', 0);
  response.statusCode = status;
  response.end(body);
}

function listen(restify: Restify, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    restify.once('error', reject);
    restify.listen(port, host, () => {
      restify.off('error', reject);
      const address = restify.server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Answers that are still being written get a moment. */
function closePort(restify: Restify): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      restify.server.closeAllConnections();
    }, LAST_WRITES_MS);
    restify.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
