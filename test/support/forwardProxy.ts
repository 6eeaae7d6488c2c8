import { createServer } from 'node:http';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import type { Authority } from '../../demo/certificates.ts';

/** The one way out of a network whose name server knows no outside names. */
export interface ForwardProxy {
  readonly url: string;
  /** The `host:port` of each tunnel that was asked for. */
  readonly asked: string[];
  /** The names that it reaches; any other is answered 502. */
  readonly names: Map<string, number>;
  close(): Promise<void>;
}

/**
 * A proxy that only tunnels (CONNECT), before servers of loopback that have other names in the world and
 * speak TLS: `ports` by name, certificates by the authority.
 */
export async function startForwardProxy(
  authority: Authority,
  ports: Readonly<Record<string, number>>,
): Promise<ForwardProxy> {
  const names = new Map(Object.entries(ports));
  const sockets = new Set<Socket>();
  const keep = (...ends: Socket[]): void => {
    for (const end of ends) {
      sockets.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => sockets.delete(end));
    }
  };
  const { certPem, keyPem } = await authority.issue({
    commonName: 'outside',
    dnsNames: [...names.keys()],
    ipAddresses: [],
  });
  const outside = tls.createServer({ cert: certPem, key: keyPem }, (socket) => {
    const server = net.connect(names.get(socket.servername || '') ?? 0, '127.0.0.1');
    keep(socket, server);
    socket.pipe(server).pipe(socket);
  });
  outside.listen(0, '127.0.0.1');
  const asked: string[] = [];
  const proxy = createServer((_request, response) => {
    response.statusCode = 405;
    response.end();
  });
  proxy.on('connect', (request, client: Socket) => {
    asked.push(request.url ?? '');
    keep(client);
    const [name = '', port] = (request.url ?? '').split(':');
    if (!names.has(name) || port !== '443') {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const tunnel = net.connect((outside.address() as AddressInfo).port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      client.pipe(tunnel).pipe(client);
    });
    keep(tunnel);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`,
    asked,
    names,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(
        [proxy, outside].map((server) => new Promise((resolve) => server.close(resolve))),
      );
    },
  };
}
