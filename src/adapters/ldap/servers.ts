import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';

import { DirectoryError } from '../../ports/directory.ts';
import type { Log } from '../../ports/log.ts';
import { Connection } from './connection.ts';
import { endpointOf, openTlsSocket } from './tlsSocket.ts';
import type { Endpoint } from './tlsSocket.ts';

/** How long a server is left alone after a failed connect: an outage costs one try a second, whoever asks (requirement R13). */
const REST_MS = 1_000;
/** How long a server that failed is asked after the others. */
const DEMOTED_MS = 30_000;

/** The configured servers, and which of them answer. */
export interface Servers {
  /**
   * A connection, not bound yet: to the first server that can be reached, or to `server` only.
   * @throws DirectoryError `unreachable` or `tls`.
   */
  connect(signal: AbortSignal, server?: string): Promise<Connection>;
}

interface Server {
  readonly endpoint: Endpoint;
  /** Epoch ms of the last failed connect; absent once a connect succeeded. */
  failedAt?: number | undefined;
  /** The one try at a failed server, for which all others wait. */
  trial?: Promise<TLSSocket> | undefined;
}

export function openServers(urls: readonly string[], ca: string | undefined, log: Log): Servers {
  const servers: Server[] = urls.map((url) => ({ endpoint: endpointOf(url) }));

  async function attempt(server: Server, signal: AbortSignal): Promise<TLSSocket> {
    try {
      const socket = await openTlsSocket(server.endpoint, ca, signal);
      if (server.failedAt !== undefined) log.info(logged(server), 'directory server is back');
      server.failedAt = undefined;
      return socket;
    } catch (error) {
      if (server.failedAt === undefined && error instanceof DirectoryError) {
        const { code, detail } = error;
        log.warn({ ...logged(server), code, detail }, 'directory server cannot be reached');
      }
      server.failedAt = Date.now();
      throw error;
    }
  }

  /** After a failure one caller waits the rest out and tries; the others wait for what it finds. */
  async function open(server: Server, signal: AbortSignal): Promise<TLSSocket> {
    if (server.trial !== undefined) {
      await untilAborted(server.trial, signal);
      return attempt(server, signal);
    }
    if (server.failedAt === undefined) return attempt(server, signal);
    const rest = Math.max(0, server.failedAt + REST_MS - Date.now());
    server.trial = untilAborted(delay(rest), signal).then(() => attempt(server, signal));
    try {
      return await server.trial;
    } finally {
      server.trial = undefined;
    }
  }

  function inOrder(): Server[] {
    const isDemoted = ({ failedAt, trial }: Server): boolean =>
      failedAt !== undefined && (trial !== undefined || failedAt + DEMOTED_MS > Date.now());
    return [...servers.filter((server) => !isDemoted(server)), ...servers.filter(isDemoted)];
  }

  return {
    async connect(signal, only) {
      const candidates = only === undefined ? inOrder() : servers.filter(isNamed(only));
      let fault: unknown = new DirectoryError('unreachable', 'no such server is configured');
      for (const server of candidates) {
        if (signal.aborted) break;
        try {
          return new Connection(server.endpoint.url, await open(server, signal));
        } catch (error) {
          fault = error;
        }
      }
      throw signal.aborted ? new DirectoryError('unreachable', 'time is up') : fault;
    },
  };
}

function isNamed(url: string): (server: Server) => boolean {
  return ({ endpoint }) => endpoint.url === url;
}

function logged({ endpoint }: Server): { server: string } {
  return { server: endpoint.url };
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(new DirectoryError('unreachable', 'time is up'));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([promise, aborted]).finally(() => {
    signal.removeEventListener('abort', onAbort);
  });
}
