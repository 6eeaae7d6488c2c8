import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';

import type { Authority } from '../../demo/certificates.ts';

/** Protocol operations of LDAP requests, by their tag (RFC 4511 4). */
export const REQUEST = { bind: 0x60, search: 0x63, modify: 0x66, extended: 0x77 } as const;

/**
 * The fate of a request: `pass` it on; `drop` the connection or stay silent (`hang`) without passing it on;
 * `applyThenDrop`: pass it on, but cut the connection instead of the answer.
 */
type Treatment = 'pass' | 'drop' | 'hang' | 'applyThenDrop';

/** A TLS server in front of another, that sees each request and decides its fate. */
export interface LdapProxy {
  readonly url: string;
  /** The messages of all clients so far, as they came. */
  readonly requests: readonly Buffer[];
  /** Decides on each request; replace it at any time. */
  treat: (operation: number, message: Buffer) => Treatment;
  /** Cuts all connections; new ones are accepted. */
  cut(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startLdapProxy(
  upstream: { readonly host: string; readonly port: number },
  authority: Authority,
  /** Default: a free port of 127.0.0.1. */
  at: { readonly address: string; readonly port: number } = { address: '127.0.0.1', port: 0 },
): Promise<LdapProxy> {
  const { certPem, keyPem } = await authority.issue({
    commonName: 'proxy',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const sockets = new Set<Socket>();
  const requests: Buffer[] = [];
  let connections = 0;

  const server = tls.createServer({ cert: certPem, key: keyPem }, (client) => {
    connections += 1;
    const target = tls.connect({ ...upstream, ca: authority.caPem });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    let isMuted = false;
    let pending: Buffer = Buffer.alloc(0);
    client.on('data', (data) => {
      pending = Buffer.concat([pending, data]);
      for (let message = firstMessage(pending); message; message = firstMessage(pending)) {
        pending = pending.subarray(message.length);
        requests.push(message);
        const treatment = proxy.treat(operationOf(message), message);
        if (treatment === 'drop') client.destroy();
        if (treatment === 'applyThenDrop') isMuted = true;
        if (treatment === 'pass' || treatment === 'applyThenDrop') target.write(message);
      }
    });
    target.on('data', (data) => {
      if (isMuted) client.destroy();
      else client.write(data);
    });
  });
  server.on('tlsClientError', () => undefined);
  server.listen(at.port, at.address);
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: LdapProxy = {
    treat: () => 'pass',
    url: `ldaps://${at.address}:${(server.address() as AddressInfo).port}`,
    requests,
    cut,
    get connections() {
      return connections;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** The start and end of a BER element's content; undefined while the length has not arrived. */
function extent(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { start: at + 2, end: at + 2 + first };
  const start = at + 2 + (first & 0x7f);
  if (bytes.length < start) return undefined;
  return { start, end: start + bytes.readUIntBE(at + 2, first & 0x7f) };
}

function firstMessage(bytes: Buffer): Buffer | undefined {
  const found = extent(bytes, 0);
  return found !== undefined && bytes.length >= found.end
    ? bytes.subarray(0, found.end)
    : undefined;
}

function operationOf(message: Buffer): number {
  const content = extent(message, 0)?.start ?? 0;
  return message[extent(message, content)?.end ?? 0] ?? 0;
}
