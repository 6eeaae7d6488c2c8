import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { SecureContext } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { DomainOptions } from './adDomain.ts';
import { AdDomain } from './adDomain.ts';
import type { Element } from './ber.ts';
import type { Reaction } from './connection.ts';
import { serve } from './connection.ts';
import type { Fault, Operation } from './fault.ts';
import { splitFault } from './fault.ts';
import type { Control, Request } from './protocol.ts';
import { OPERATIONS, readModify, readRequest, resultMessage, targetOf } from './protocol.ts';
import type { Session } from './session.ts';
import { answerTo, isStartTls, nameOfBind } from './session.ts';

export type { Fault, Operation } from './fault.ts';

export interface ServerOptions extends DomainOptions {
  /** PEM; LDAPS and StartTLS both use it. */
  readonly tls: { readonly certPem: string; readonly keyPem: string };
}

/** A modify that reached the directory, whatever its answer. Values are not kept: they are secret. */
export interface Write {
  readonly who: string | undefined;
  readonly dn: string;
  readonly attributes: readonly string[];
  readonly controls: readonly Control[];
  /** The LDAP result code; -1 where the operation was ended by a fault before it. */
  readonly code: number;
}

/**
 * An LDAP server that speaks as Active Directory does, in the process: for the demo and for tests
 * that need faults, a clock or controls that no other server gives.
 */
export class DemoDirectory extends AdDomain {
  /** Asked before every operation and every connection; see Fault. */
  fault: ((operation: Operation) => Fault | undefined) | undefined;
  /** Connections accepted so far. */
  connections = 0;
  /** Operations so far, by name. */
  readonly operations = new Map<string, number>();
  readonly writes: Write[] = [];
  readonly #binds = new Map<string, number>();
  readonly #tls: SecureContext;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(options: ServerOptions) {
    super(options);
    this.#tls = createSecureContext({ cert: options.tls.certPem, key: options.tls.keyPem });
  }

  /** Opens both ports; 0 (the default) takes free ones. */
  async listen({ host = '127.0.0.1', ldapPort = 0, ldapsPort = 0 } = {}): Promise<{
    ldapPort: number;
    ldapsPort: number;
  }> {
    const [ldap, ldaps] = [this.#createServer(false), this.#createServer(true)];
    return {
      ldapPort: await open(ldap, host, ldapPort),
      ldapsPort: await open(ldaps, host, ldapsPort),
    };
  }

  /** Cuts all connections and frees the ports; the domain's contents stay. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers.splice(0)) {
      if (!server.listening) continue;
      server.close();
      await once(server, 'close');
    }
  }

  /** Binds with a password that named this DN, right or wrong. */
  bindsOf(dn: string): number {
    return this.#binds.get(this.domain.entries.get(dn)?.key ?? dn.toLowerCase()) ?? 0;
  }

  #createServer(isEncrypted: boolean): Server {
    const server = createServer((socket) => {
      void this.#accept(socket, isEncrypted);
    });
    this.#servers.push(server);
    return server;
  }

  async #accept(socket: Socket, isEncrypted: boolean): Promise<void> {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => void socket.destroy());
    const fault = this.fault?.({ name: 'connect', dn: '', content: Buffer.alloc(0) });
    const { wait, before, after } = splitFault(fault);
    if (wait !== undefined) await wait();
    if (before === 'hang' || after === 'hang') return;
    if (before !== undefined || after !== undefined) {
      socket.destroy();
      return;
    }
    const session: Session = { domain: this.domain, who: undefined, pages: new Map() };
    serve(socket, this.#tls, isEncrypted, (message, isSecure) =>
      this.#react(session, message, isSecure),
    );
  }

  async #react(session: Session, message: Element, isEncrypted: boolean): Promise<Reaction> {
    const request = readRequest(message);
    const startsTls = isStartTls(request);
    const name = startsTls ? 'startTls' : request.name;
    const dn = targetOf(request);
    this.operations.set(name, (this.operations.get(name) ?? 0) + 1);
    if (name === 'bind') this.#countBind(session, request);
    const { wait, lateMs, before, after } = splitFault(
      this.fault?.({ name, dn, content: request.operation.value }),
    );
    if (wait !== undefined) await wait();
    if (before !== undefined) {
      const refusal = typeof before === 'string' ? undefined : before;
      this.#record(session, request, refusal?.code ?? -1);
      const tag = OPERATIONS[request.operation.tag as keyof typeof OPERATIONS].answer;
      if (refusal !== undefined && tag !== undefined) {
        return { answer: resultMessage(request.id, tag, refusal) };
      }
      return { answer: Buffer.alloc(0), then: before === 'drop' ? 'close' : undefined };
    }

    const { answer, code } = answerTo(session, request, isEncrypted);
    this.#record(session, request, code);
    if (lateMs !== undefined) await delay(lateMs);
    if (startsTls && code === 0) {
      // For StartTLS the fault comes after the agreement. A handshake is cut or silent then.
      const then = { drop: 'close', hang: 'ignore', none: 'startTls' } as const;
      return { answer, then: then[after ?? 'none'] };
    }
    if (name === 'unbind' || after === 'drop') return { answer: Buffer.alloc(0), then: 'close' };
    return { answer: after === 'hang' ? Buffer.alloc(0) : answer };
  }

  #countBind(session: Session, request: Request): void {
    const key = nameOfBind(session, request);
    if (key !== undefined) this.#binds.set(key, (this.#binds.get(key) ?? 0) + 1);
  }

  #record(session: Session, request: Request, code: number): void {
    if (request.name !== 'modify') return;
    const { dn, changes } = readModify(request);
    const attributes = changes.map(({ attribute }) => attribute);
    this.writes.push({
      who: session.who?.dn,
      dn,
      attributes,
      controls: request.controls,
      code,
    });
  }
}

async function open(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
