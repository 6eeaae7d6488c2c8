import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** The network between a client and a loopback server, with its faults. */
export interface Relay {
  readonly port: number;
  /** Where new connections lead. */
  target: number;
  /** From now on: `pass` carries everything, `hold` nothing, but keeps connections open. */
  mode: 'pass' | 'hold';
  /** Cuts the connection, unanswered, of the next client that sends the text; the server still gets it. */
  cutAnswerTo: string | undefined;
  /** So many packets have come from clients. */
  packets: number;
  close(): Promise<void>;
}

export async function startRelay(target: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const relay: Omit<Relay, 'port' | 'close'> = {
    ...{ target, mode: 'pass', cutAnswerTo: undefined },
    packets: 0,
  };
  const server = createServer((client) => {
    const upstream = connect(relay.target, '127.0.0.1');
    let isCut = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      relay.packets += 1;
      if (relay.mode === 'hold') return;
      if (relay.cutAnswerTo !== undefined && data.includes(relay.cutAnswerTo)) {
        relay.cutAnswerTo = undefined;
        isCut = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isCut) client.destroy();
      else if (relay.mode === 'pass') client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return Object.assign(relay, {
    port: address.port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  });
}
