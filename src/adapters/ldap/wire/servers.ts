import { setTimeout as delay } from 'node:timers/promises';

import { isOver, withDeadline } from '../../../ports/deadline.ts';
import { DirectoryError } from '../../../ports/errors.ts';
import type { Log } from '../../../ports/log.ts';
import { Connection } from './connection.ts';
import { AnswerLost } from './errors.ts';
import { endpointOf, openTlsSocket, serverName, trustIn, type Endpoint } from './tlsSocket.ts';

/**
 * How long a server is left alone after a failed connect, times the number of servers: an outage costs one
 * try a second in all, however many ask (requirement R13).
 */
const REST_MS = 1_000;
/** How long after a good connect all callers connect at once, without one that tries first. */
const TRUSTED_MS = 1_000;
/** How long a server that failed is asked after the others. */
const DEMOTED_MS = 30_000;

/** The configured servers, and which of them answer. */
export interface Servers {
  /**
   * A connection, made ready by `prepare`: to the first server that can be reached and goes on answering,
   * or to `server` only: a configured URL, or the `server` of an earlier connection. `prepare` changes
   * nothing and closes a connection that it cannot use.
   * @throws DirectoryError `unreachable` or `tls`, and what `prepare` throws.
   */
  connect<T>(
    signal: AbortSignal,
    prepare: (connection: Connection) => Promise<T>,
    server?: string,
  ): Promise<T>;
  /** Connections that are opened from now on trust this authority (PEM), or the system's. */
  trust(ca: string | undefined): void;
}

interface Server {
  readonly endpoint: Endpoint;
  /** When the last connect failed, by `performance.now()`; absent once a connect succeeded. */
  failedAt?: number | undefined;
  /** When the last good connect was, by `performance.now()`. */
  reachedAt?: number | undefined;
  /**
   * The one try at a server that failed, or was not asked for a while; all others wait for it. Reports its
   * result, and never rejects.
   */
  trial?: Promise<Trial> | undefined;
}

/** `abandoned`: its caller stopped waiting, which says nothing about the server. */
type Trial = 'reached' | 'abandoned' | { readonly fault: unknown };

/** How long a server may take. */
export interface Deadlines {
  /** TCP, StartTLS and TLS handshake together. */
  readonly connectMs: number;
  /** One request and its answer. */
  readonly answerMs: number;
  /** A whole call of the port. */
  readonly callMs: number;
}

export interface ServerOptions {
  readonly urls: readonly string[];
  readonly deadlines: Deadlines;
  readonly ca?: string | undefined;
  /** Called at each connect: the server, and epoch ms until which its certificate is valid. */
  readonly certificateSeen?: ((server: string, endsAt: number) => void) | undefined;
}

export function openServers(options: ServerOptions, log: Log): Servers {
  const { urls, ca, deadlines, certificateSeen } = options;
  const servers: Server[] = urls.map((url) => ({ endpoint: endpointOf(url) }));
  /**
   * The servers behind a name, found again by their address: one that fails says nothing about the others.
   */
  const found = new Map<string, Server>();
  let trust = trustIn(ca);
  const restMs = REST_MS * servers.length;

  async function attempt<T>(
    server: Server,
    signal: AbortSignal,
    prepare: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    try {
      const socket = await withDeadline(deadlines.connectMs, signal, (deadline) =>
        openTlsSocket(server.endpoint, trust, deadline),
      );
      const connection = new Connection(
        serverName(server.endpoint, socket),
        socket,
        deadlines.answerMs,
      );
      certificateSeen?.(connection.server, connection.certificateEndsAt);
      const prepared = await prepare(connection);
      if (server.failedAt !== undefined) log.info(logged(server), 'directory server is back');
      server.failedAt = undefined;
      server.reachedAt = performance.now();
      return prepared;
    } catch (error) {
      // A caller who stops waiting ends the connection; the server is not at fault.
      if (!isGone(error) || isOver(signal)) throw error;
      if (server.failedAt === undefined) {
        const { code, detail } =
          error instanceof DirectoryError ? error : { code: 'noAnswer', detail: 'to bind' };
        log.warn({ ...logged(server), code, detail }, 'directory server cannot be reached');
      }
      server.failedAt = performance.now();
      throw error;
    }
  }

  /**
   * Where the server's state is unknown one caller tries, after a failure once the rest is over; the others
   * wait for the result.
   */
  async function open<T>(
    server: Server,
    signal: AbortSignal,
    prepare: (connection: Connection) => Promise<T>,
  ): Promise<T> {
    while (server.trial !== undefined) {
      const found = await untilAborted(server.trial, signal);
      if (found === 'reached') return attempt(server, signal, prepare);
      if (found !== 'abandoned') throw found.fault;
    }
    const { failedAt, reachedAt } = server;
    const isTrusted = reachedAt !== undefined && performance.now() - reachedAt < TRUSTED_MS;
    if (failedAt === undefined && isTrusted) return attempt(server, signal, prepare);
    const rest = failedAt === undefined ? 0 : Math.max(0, failedAt + restMs - performance.now());
    const own = untilAborted(delay(rest), signal).then(() => attempt(server, signal, prepare));
    server.trial = own.then(
      () => endTrial(server, 'reached'),
      (fault: unknown) => endTrial(server, isOver(signal) ? 'abandoned' : { fault }),
    );
    return own;
  }

  /** Before the waiting callers go on: the first of them may begin the next try. */
  function endTrial(server: Server, trial: Trial): Trial {
    server.trial = undefined;
    return trial;
  }

  function inOrder(): Server[] {
    const isDemoted = ({ failedAt, trial }: Server): boolean =>
      failedAt !== undefined && (trial !== undefined || failedAt + DEMOTED_MS > performance.now());
    return [...servers.filter((server) => !isDemoted(server)), ...servers.filter(isDemoted)];
  }

  function named(name: string): Server[] {
    const [url, address] = name.split(' ');
    const configured = servers.filter(({ endpoint }) => endpoint.url === url);
    return address === undefined ? configured : configured.map(at(name, address));
  }

  function at(name: string, address: string): (server: Server) => Server {
    return ({ endpoint }) => {
      const server = found.get(name) ?? { endpoint: { ...endpoint, address } };
      found.set(name, server);
      return server;
    };
  }

  return {
    trust(ca) {
      trust = trustIn(ca);
    },
    async connect(signal, prepare, only) {
      const candidates = only === undefined ? inOrder() : named(only);
      let fault: unknown = new DirectoryError('unreachable', 'no such server is configured');
      for (const server of candidates) {
        if (isOver(signal)) break;
        try {
          return await open(server, signal, prepare);
        } catch (error) {
          if (!isGone(error)) throw error;
          fault = error;
        }
      }
      throw isOver(signal) ? new DirectoryError('unreachable', 'time is up') : fault;
    },
  };
}

/** Whether the fault is the server's, not the request's. */
function isGone(error: unknown): boolean {
  if (error instanceof DirectoryError) return error.code === 'unreachable' || error.code === 'tls';
  return error instanceof AnswerLost;
}

function logged({ endpoint: { url, address } }: Server): { server: string } {
  return { server: address === undefined ? url : `${url} ${address}` };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(new DirectoryError('unreachable', 'time is up'));
  };
  if (isOver(signal)) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => {
    signal.removeEventListener('abort', onAbort);
  });
}
