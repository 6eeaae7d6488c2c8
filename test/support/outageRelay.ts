import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { freePort } from './ports.ts';

/**
 * The kinds of an outage. `refused`: nothing listens, connections are reset. `blackHole`: nothing comes
 * back. `serverError`: an answer, but that of a broken server. `slow`: answers come after 20 s. `cut`: the
 * request is carried out, its answer breaks off.
 */
export type Outage = 'refused' | 'blackHole' | 'serverError' | 'slow' | 'cut';
export const OUTAGES: readonly Outage[] = ['refused', 'serverError', 'cut', 'blackHole', 'slow'];

export const SLOW_MS = 20_000;

/** A web server's answer with an internal error. */
export const HTTP_ERROR = Buffer.from(
  'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
);

/** PostgreSQL's ErrorResponse: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export const POSTGRES_ERROR = (() => {
  const fields = Buffer.from('SFATAL\0C57P03\0Mthe database system is shutting down\0\0');
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

/** The network before one server of loopback, which can be made to fail. */
export class OutageRelay {
  port = 0;
  readonly #target: number;
  readonly #error: Buffer;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | undefined;
  #outage: Outage | undefined;

  constructor(target: number, error: Buffer) {
    this.#target = target;
    this.#error = error;
  }

  async start(): Promise<this> {
    await this.#listen();
    return this;
  }

  /** From now on the part is gone. */
  begin(outage: Outage): void {
    this.#outage = outage;
    if (outage !== 'refused') return;
    this.#server?.close();
    this.#server = undefined;
    this.#cutAll();
  }

  /** The part is back; connections that the outage spoilt end. */
  async end(): Promise<void> {
    if (this.#outage === undefined) return;
    this.#outage = undefined;
    this.#cutAll();
    if (this.#server === undefined) await this.#listen();
  }

  async close(): Promise<void> {
    this.#cutAll();
    const server = this.#server;
    if (server === undefined) return;
    server.close();
    await once(server, 'close');
  }

  async #listen(): Promise<void> {
    // A port that stays its own while it refuses.
    if (this.port === 0) this.port = await freePort();
    const server = createServer((client) => this.#carry(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  #cutAll(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const socket of this.#sockets) socket.destroy();
  }

  #carry(client: Socket): void {
    const upstream = connect(this.#target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      switch (this.#outage) {
        case undefined:
        case 'slow':
        case 'cut':
          upstream.write(data);
          return;
        case 'serverError':
          client.end(this.#error);
          return;
        case 'refused':
        case 'blackHole':
          return;
      }
    });
    upstream.on('data', (data) => {
      switch (this.#outage) {
        case undefined:
          client.write(data);
          return;
        case 'slow': {
          const timer = setTimeout(() => {
            this.#timers.delete(timer);
            client.write(data);
          }, SLOW_MS);
          this.#timers.add(timer);
          return;
        }
        case 'cut':
          client.write(data.subarray(0, Math.floor(data.length / 2)), () => client.destroy());
          return;
        case 'serverError':
        case 'refused':
        case 'blackHole':
          return;
      }
    });
  }
}
