import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exchange } from '../../src/teams/out/exchange.ts';

/** The service's handling of its next requests; then it answers. */
let cuts: number[];
let seen: { method: string; port: number }[];
const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  seen.push({ method: request.method ?? '', port: request.socket.remotePort ?? 0 });
  if (cuts.includes(seen.length)) request.socket.destroy();
  else response.end('{"id":"1"}');
});

beforeEach(async () => {
  [cuts, seen] = [[], []];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function send(method: 'GET' | 'POST' | 'PUT') {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${String(port)}/v3/conversations`);
  const signal = AbortSignal.timeout(60_000);
  return exchange({
    method,
    url,
    token: undefined,
    body: method === 'GET' ? undefined : {},
    signal,
  });
}

describe('exchange', () => {
  it('keeps its connection for what may be done twice, and does it again where that one is dead', async () => {
    await send('PUT');
    await send('PUT');
    expect(seen[1]?.port).toBe(seen[0]?.port);
    cuts = [3];
    expect(await send('PUT')).toMatchObject({ status: 200, body: { id: '1' } });
    expect(seen.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT', 'PUT']);
    expect(seen[3]?.port).not.toBe(seen[2]?.port);
  });

  it('sends a POST once, on a connection of its own', async () => {
    await send('GET');
    await send('POST');
    await send('POST');
    expect(new Set(seen.map(({ port }) => port)).size).toBe(3);
    cuts = [4];
    await expect(send('POST')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(seen).toHaveLength(4);
  });

  it('ends where the answer is no answer, or has no end', async () => {
    server.prependOnceListener('request', (request: IncomingMessage) => {
      request.socket.end(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      );
    });
    await expect(send('PUT')).rejects.toThrow('the connection was closed');
    server.prependOnceListener('request', (_request, response: ServerResponse) => {
      response.write('x'.repeat(2 * 1024 * 1024));
    });
    await expect(send('GET')).rejects.toThrow('the answer is too long');
  });

  it('follows no redirect', async () => {
    server.prependOnceListener('request', (_request, response: ServerResponse) => {
      response.writeHead(307, { location: '/elsewhere' });
    });
    expect(await send('GET')).toMatchObject({ status: 307 });
    expect(seen).toHaveLength(1);
  });
});
