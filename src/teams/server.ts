import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createRestifyServer } from 'restify';
import type { Secret } from '../domain/secret.ts';
import type { Log } from '../ports/log.ts';
import type { SmsGateway } from '../ports/sms.ts';
import type { Turns } from '../service/input.ts';
import { readActivity } from './activity.ts';
import type { Bot } from './bot.ts';
import { discard, parseJson, readBody } from './body.ts';
import { describeFault } from '../ports/fault.ts';
import { createReference } from './fault.ts';
import type { Guard } from './guard.ts';
import { createReadiness, isForwarded, maySeeMetrics } from './health.ts';

/** Headers and body must have arrived by then. */
const RECEIVE_TIMEOUT_MS = 10_000;
/** Node looks for late requests only this often; its own default would let them live 30 s longer. */
const TIMEOUT_CHECK_MS = 1_000;
/** What is under way at a stop may take this long (requirement R11). */
const DRAIN_MS = 25_000;
const LAST_WRITES_MS = 1_000;

/** Everything that is served; paths are compared as they stand on the wire. */
const ROUTES: Readonly<Record<string, 'GET' | 'POST'>> = {
  '/api/messages': 'POST',
  '/api/sms/status': 'POST',
  '/healthz': 'GET',
  '/readyz': 'GET',
  '/metrics': 'GET',
};

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
  readonly metricsToken: Secret | undefined;
  readonly clock: () => number;
  readonly log: Log;
  /** How long headers and body may take to arrive; 10 s. */
  readonly receiveTimeoutMs?: number;
}

/** The one open port. */
export interface Server {
  /** Gives the port, where 0 was asked for one that is free. Rejects where it cannot be had. */
  listen(host: string, port: number): Promise<number>;
  /** Takes no new turns at once, lets those under way end within 25 s, then closes. */
  close(): Promise<void>;
}

/** An answer; no body, or text with its content type. */
interface Reply {
  readonly status: number;
  readonly type?: string;
  readonly body?: string;
  readonly allow?: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function createServer(options: ServerOptions): Server {
  const { log } = options;
  const running = new Set<Promise<void>>();
  const checkReadiness = createReadiness(options.isReady);
  let isDraining = false;

  const handlers: Readonly<Record<string, (request: IncomingMessage) => Promise<Reply>>> = {
    '/api/messages': (request) => receiveActivity(options, request, () => isDraining),
    '/api/sms/status': (request) => receiveSmsStatus(options, request),
    '/healthz': () => Promise.resolve({ status: 200 }),
    '/readyz': async () => {
      const isReady = !isDraining && (await checkReadiness());
      const state = { status: isReady ? 'ready' : 'unavailable', degraded: options.degraded() };
      return { status: isReady ? 200 : 503, type: JSON_TYPE, body: JSON.stringify(state) };
    },
    '/metrics': async (request) => {
      if (!maySeeMetrics(request, options.metricsToken)) return { status: 403 };
      const { metrics } = options;
      return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
    },
  };

  const restify = createRestifyServer({ name: '' });
  for (const [path, method] of Object.entries(ROUTES)) {
    restify[method === 'GET' ? 'get' : 'post'](path, (request, response, next) => {
      const turn = serve(path, request, response).finally(() => {
        running.delete(turn);
        next(false);
      });
      running.add(turn);
    });
  }

  /** Never rejects: an exception that reached restify would stand in its answer. */
  async function serve(path: string, request: IncomingMessage, response: ServerResponse) {
    try {
      answer(response, (await handlers[path]?.(request)) ?? { status: 404 });
    } catch (error) {
      const reference = createReference();
      log.error({ reference, path, fault: describeFault(error) }, 'a request failed');
      answer(response, { status: 500 });
    }
  }

  // restify routes `/./healthz` and `/%68ealthz` too: what is not written out is turned away before.
  const server = createHttpServer(
    {
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      headersTimeout: options.receiveTimeoutMs ?? RECEIVE_TIMEOUT_MS,
      requestTimeout: options.receiveTimeoutMs ?? RECEIVE_TIMEOUT_MS,
    },
    (request, response) => {
      const refusal = refuse(request, options.auth);
      if (!refusal) {
        restify.server.emit('request', request, response);
        return;
      }
      discard(request);
      answer(response, refusal);
    },
  );

  return {
    listen: (host, port) => listen(server, host, port),
    async close() {
      isDraining = true;
      const allDone = async (): Promise<void> => {
        await Promise.allSettled(running);
        await options.bot.settled();
      };
      await Promise.race([allDone(), wait(DRAIN_MS)]);
      await closePort(server);
    },
  };
}

function refuse(request: IncomingMessage, auth: 'on' | 'off'): Reply | undefined {
  const method = ROUTES[(request.url ?? '').split('?', 1)[0] ?? ''];
  if (!method) return { status: 404 };
  if (request.method !== method) return { status: 405, allow: method };
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { status: 415 };
  // Without authentication only programs of this machine may call, and no proxy on their behalf.
  if (auth === 'off' && isForwarded(request)) return { status: 403 };
  return undefined;
}

async function receiveActivity(
  { guard, bot, clock, log }: ServerOptions,
  request: IncomingMessage,
  isDraining: () => boolean,
): Promise<Reply> {
  const arrivedAt = clock();
  const text = await readBody(request);
  if (typeof text === 'number') return { status: text };
  const activity = readActivity(parseJson(text));
  if (!activity) return { status: 400 };
  const verdict = await guard.check(request.headers.authorization, activity);
  if (verdict.outcome === 'ignored') return { status: 200 };
  if (verdict.outcome === 'refused') {
    log.warn({ status: verdict.status, why: verdict.why }, 'an activity was turned away');
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
  const text = await readBody(request);
  if (typeof text === 'number') return { status: text };
  const signature = request.headers['x-twilio-signature'];
  const status = gateway.readStatus(
    Object.fromEntries(new URLSearchParams(text)),
    typeof signature === 'string' ? signature : undefined,
  );
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

function listen(server: HttpServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Answers that are still being written get a moment. */
function closePort(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.closeAllConnections();
    }, LAST_WRITES_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
