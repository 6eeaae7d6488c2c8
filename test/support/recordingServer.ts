import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';

/** A server that records every byte that reaches it, encrypted or not. */
export interface RecordingServer {
  readonly port: number;
  /** As it came over the network. */
  readonly received: () => Buffer;
  /** The data that came inside TLS. */
  readonly decrypted: () => Buffer;
  close(): Promise<void>;
}

/** The server's handling of a connection; `secure` makes it speak TLS from here on. */
export type Behaviour = (
  socket: Socket,
  secure: (options: tls.TlsOptions, onData?: (socket: tls.TLSSocket, data: Buffer) => void) => void,
) => void;

export async function startRecordingServer(behave: Behaviour): Promise<RecordingServer> {
  const raw: Buffer[] = [];
  const inside: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket, (options, onData) => {
      const secured = new tls.TLSSocket(socket, { isServer: true, ...options });
      sockets.add(secured);
      secured.on('error', () => undefined);
      secured.on('data', (data: Buffer) => {
        inside.push(data);
        onData?.(secured, data);
      });
    });
    socket.on('data', (data) => raw.push(data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received: () => Buffer.concat(raw),
    decrypted: () => Buffer.concat(inside),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A request as it stands on the wire. */
export interface RecordedRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that records every request and answers each with the same JSON. */
export async function startRequestRecorder(answer: string): Promise<{
  readonly url: string;
  /** The requests since the last call. */
  readonly take: () => RecordedRequest[];
  close(): Promise<void>;
}> {
  const requests: RecordedRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url: path, headers } = request;
      requests.push({ method, path, headers, body });
      response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    take: () => requests.splice(0),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * A port on which connections are neither taken nor refused: the queue of a server that never accepts is
 * full.
 */
export async function startBlackHole(): Promise<{ port: number; close(): Promise<void> }> {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const server = require('node:net').createServer();
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setTimeout(() => Atomics.wait(workerData, 0, 0), 20);
     });`,
    { eval: true, workerData: gate },
  );
  const [port] = (await once(worker, 'message')) as [number];
  await new Promise((done) => setTimeout(done, 50));
  const fillers = Array.from({ length: 4 }, () => net.connect({ port, host: '127.0.0.1' }));
  for (const filler of fillers) filler.on('error', () => undefined);
  await new Promise((done) => setTimeout(done, 100));
  return {
    port,
    async close() {
      for (const filler of fillers) filler.destroy();
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      await worker.terminate();
    },
  };
}
