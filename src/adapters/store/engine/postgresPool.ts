import { TLSSocket } from 'node:tls';
import { Pool, types, type PoolClient } from 'pg';
import type { Secret } from '../../../domain/secret.ts';
import type { Log } from '../../../ports/log.ts';
import { storeFailure } from './errors.ts';
import { storedInteger } from './engine.ts';

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** How much later than the statement timeout a silent server is given up, ms. */
const SILENCE_MS = 2_000;

/**
 * Whether a connection can be used again after a piece of work. `stale`: it and all opened before it are
 * thrown away.
 */
export type Condition = 'whole' | 'broken' | 'stale';

/** Connections to the server that the URL leads to now. */
export interface Connections {
  take(): Promise<PoolClient>;
  giveBack(client: PoolClient, condition: Condition): void;
  close(): Promise<void>;
}

export interface PostgresOptions {
  readonly url: Secret;
  /** Called at each connect by TLS: the server, and epoch ms until which its certificate is valid. */
  readonly certificateSeen?: ((server: string, endsAt: number) => void) | undefined;
}

export function openConnections(
  { url, certificateSeen }: PostgresOptions,
  statementTimeoutMs: number,
  log: Log,
): Connections {
  let pool: Pool;
  try {
    pool = createPool(url, statementTimeoutMs);
  } catch (error) {
    throw storeFailure(error);
  }
  const lost = (error: Error): void => {
    log.warn({ error: storeFailure(error).message }, 'a database connection was lost');
  };
  /** Counts how often the server was found to serve no more. */
  let generation = 0;
  const born = new WeakMap<PoolClient, number>();
  pool.on('error', lost);
  pool.on('connect', (client) => {
    born.set(client, generation);
    // The pool's own listener covers idle connections only; one that is dropped inside a transaction
    // would end the process.
    client.on('error', lost);
    const { stream } = client.connection;
    if (stream instanceof TLSSocket) {
      certificateSeen?.(client.host, Date.parse(stream.getPeerCertificate().valid_to));
    }
  });

  async function next(): Promise<PoolClient> {
    try {
      return await pool.connect();
    } catch (error) {
      throw storeFailure(error);
    }
  }

  return {
    async take() {
      for (;;) {
        const client = await next();
        if (born.get(client) === generation) return client;
        client.release(true);
      }
    },
    giveBack(client, condition) {
      // When many connections fail at once, only the first failure is news.
      if (condition === 'stale' && born.get(client) === generation) generation += 1;
      client.release(condition !== 'whole');
    },
    close: () => pool.end(),
  };
}

function createPool(url: Secret, statementTimeoutMs: number): Pool {
  return new Pool({
    connectionString: url.reveal(),
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
    // Simultaneous queries are sent at once, and answered in their order.
    pipeline: true,
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? storedInteger : types.getTypeParser(oid, format),
    },
  });
}
