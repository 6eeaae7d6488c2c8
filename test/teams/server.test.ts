import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { message } from '../support/activities.ts';
import { closeBenches, openBench } from './support.ts';
import type { Bench } from './support.ts';

/** Text in the form of a credential that is none. */
const FORMS = {
  '/api/messages': { authorization: 'Bearer a.b.c' },
  '/api/sms/status': { 'x-twilio-signature': `${'A'.repeat(27)}=` },
} as const;
type Path = keyof typeof FORMS;
const MAX: Readonly<Record<Path, number>> = {
  '/api/messages': 256 * 1_024,
  '/api/sms/status': 8 * 1_024,
};
const PATHS: readonly Path[] = ['/api/messages', '/api/sms/status'];

let bench: Bench;

/** The server of these tests waits longer for the rest of a request than they do for its answer. */
const RECEIVE_MS = 10 * 60_000;
const PATIENCE_MS = 60_000;

/** Sends bytes as they are and gives what comes back until the connection ends. */
function raw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error('the connection stayed open'));
    }, PATIENCE_MS);
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
    socket.on('error', end);
    socket.on('close', end);
    socket.write(bytes);
  });
}

/** The status of a POST whose body never comes. */
async function answerTo(path: Path, fields: string): Promise<string> {
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
  return (await raw(bench.url, `${head}${fields}\r\n`)).slice(9, 12);
}

/** The status of one request with an empty body, its path as it stands here. */
async function statusOf(method: string, path: string, headers = ''): Promise<string> {
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}`;
  const answer = await raw(bench.url, `${head}Content-Length: 0\r\n\r\n`);
  expect(answer.split('\r\n\r\n')[1]).toBe('');
  return answer.slice(9, 12);
}

function post(path: Path, body: string, headers: Record<string, string> = FORMS[path]) {
  return fetch(`${bench.url}${path}`, { method: 'POST', body, headers });
}

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

describe('server', () => {
  beforeAll(async () => {
    bench = await openBench({}, { receiveTimeoutMs: RECEIVE_MS });
  });
  afterEach(() => {
    bench.turns.taken.length = 0;
  });
  afterAll(closeBenches);

  it('knows its paths only as they stand on the wire', async () => {
    const paths = [
      '/api//messages',
      '//api/messages',
      '/./api/messages',
      '/api/./messages',
      '/x/../api/messages',
      '/%61pi/messages',
      '/api%2fmessages',
      '/api/messages%2e',
      '/api/messages.',
      '/api/messages/',
      '/api/messages;x',
      '/API/messages',
      '/api/Messages',
      '/api/messages%00',
      '/api/messages%3f',
      '/api\\messages',
      'http://x/api/messages',
      '/',
      '/api',
      '/favicon.ico',
      '/healthz/',
      '*',
    ];
    for (const path of paths) {
      expect([path, await statusOf('POST', path)]).toEqual([path, '404']);
      expect([path, await statusOf('GET', path)]).toEqual([path, '404']);
    }
    expect(await statusOf('GET', '/healthz?x=1')).toBe('200');
  });

  it('says 405 to other methods', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      expect(await statusOf(method, '/api/messages')).toBe('405');
      expect(await statusOf(method, '/api/sms/status?x')).toBe('405');
    }
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect(await statusOf('POST', path)).toBe('405');
      expect(await statusOf('PUT', path)).toBe('405');
    }
  });

  it('answers HEAD where GET is served, without a body', async () => {
    for (const [isReady, status] of [
      [true, [200, 200, 200]],
      [false, [200, 503, 200]],
    ] as const) {
      bench.state.isReady = isReady;
      const paths = ['/healthz', '/readyz', '/metrics'];
      const answers = await Promise.all(
        paths.map((path) => fetch(`${bench.url}${path}`, { method: 'HEAD' })),
      );
      expect(answers.map((answer) => answer.status)).toEqual(status);
      expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['', '', '']);
    }
    bench.state.isReady = true;
  });

  it('takes a request for another protocol for one in its own', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await statusOf('GET', '/healthz', upgrade)).toBe('200');
    expect(await statusOf('GET', '/other', upgrade)).toBe('404');
  });

  it('takes no encoded body', async () => {
    for (const path of PATHS) {
      expect(await statusOf('POST', path, 'Content-Encoding: gzip\r\n')).toBe('415');
      expect(await statusOf('POST', path, 'Content-Encoding: identity, br\r\n')).toBe('415');
    }
    const identity = `Content-Encoding: identity\r\n${headerLines(FORMS['/api/messages'])}`;
    expect(await statusOf('POST', '/api/messages', identity)).toBe('400');
  });

  it('turns away what has not the form of its credential before its body', async () => {
    const tokens = [
      'Bearer',
      'Bearer a.b',
      'Bearer a.b.c.d',
      'bearer a.b.c',
      'Bearer a.b.+',
      'a.b.c',
    ];
    const signatures = ['A', 'A'.repeat(27), 'A'.repeat(29), `${'A'.repeat(27)}-`];
    const bad: [Path, string, Record<string, string>[]][] = [
      ['/api/messages', '401', [{}, ...tokens.map((authorization) => ({ authorization }))]],
      [
        '/api/sms/status',
        '403',
        [{}, ...signatures.map((signature) => ({ 'x-twilio-signature': signature }))],
      ],
    ];
    // The body never comes: the answer does not wait for it, and is not that of its length.
    for (const [path, status, variants] of bad) {
      for (const headers of variants) {
        for (const length of ['9', '90000000']) {
          const fields = `${headerLines(headers)}Content-Length: ${length}\r\n`;
          expect([path, headers, await answerTo(path, fields)]).toEqual([path, headers, status]);
        }
      }
    }
  });

  it('takes a body of its length and no byte more, told beforehand or not', async () => {
    for (const path of PATHS) {
      const fits = (await post(path, 'x'.repeat(MAX[path]))).status;
      expect(fits).toBe(path === '/api/messages' ? 401 : 403);
      expect((await post(path, 'x'.repeat(MAX[path] + 1))).status).toBe(413);
      const head = `POST ${path} HTTP/1.1\r\nHost: x\r\n${headerLines(FORMS[path])}`;
      const announced = await raw(bench.url, `${head}Content-Length: 90000000\r\n\r\n`);
      expect(announced).toMatch(/^HTTP\/1.1 413 .*\r\nContent-Length: 0\r\n/s);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      const endless = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`;
      expect(await raw(bench.url, endless)).toMatch(/^HTTP\/1.1 413 /);
    }
  });

  it('takes no body where none belongs, and reads it no further than others', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      for (const method of ['GET', 'HEAD']) {
        const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\n`;
        const announced = await raw(
          bench.url,
          `${head}Connection: close\r\nContent-Length: 1\r\n\r\n`,
        );
        expect(announced.slice(9, 12)).toBe('413');
        const endless = `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(9_000)}`;
        await raw(bench.url, endless);
      }
    }
  });

  it('reads no body after an expectation that it does not know', async () => {
    const head = 'POST /api/messages HTTP/1.1\r\nHost: x\r\nExpect: x\r\n';
    const refused = await raw(bench.url, `${head}Connection: close\r\nContent-Length: 0\r\n\r\n`);
    expect(refused.slice(9, 12)).toBe('417');
    await raw(bench.url, `${head}Transfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(9_000)}`);
  });

  it('takes no request before the answer to the one before on its connection', async () => {
    for (const header of ['', 'Expect: 100-continue\r\n', 'Expect: x\r\n']) {
      const asked = `GET /nowhere HTTP/1.1\r\nHost: x\r\n${header}\r\n`;
      const answers = await raw(bench.url, asked.repeat(1_000));
      expect(answers.split('HTTP/1.1 4').length - 1).toBeLessThanOrEqual(1);
    }
    // In turn they are taken on one connection.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const statuses: (number | undefined)[] = [];
    const sockets = new Set<unknown>();
    for (let time = 0; time < 3; time += 1) {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`${bench.url}/healthz`, { agent }, resolve).on('error', reject);
      });
      sockets.add(response.socket);
      statuses.push(response.statusCode);
      response.resume();
      await once(response, 'end');
    }
    agent.destroy();
    expect(statuses).toEqual([200, 200, 200]);
    expect(sockets.size).toBe(1);
  });

  it('verifies the token of a long body before it parses it', async () => {
    const broken = '{'.repeat(9_000);
    expect((await post('/api/messages', broken)).status).toBe(401);
    const headers = { authorization: `Bearer ${bench.teams.token()}` };
    expect((await post('/api/messages', broken, headers)).status).toBe(400);
  });

  it('takes long lists and texts from who may send them, without composing them', async () => {
    const membersAdded = Array.from({ length: 80_000 }, () => ({}));
    for (const part of [{ membersAdded }, { text: `a${'\u0301'.repeat(100_000)}` }]) {
      const activity = { ...bench.teams.from(bench.anna, message('hej')), ...part };
      const before = process.cpuUsage();
      expect((await bench.teams.send(bench.url, activity)).status).toBe(200);
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
    }
  });

  it('cuts off a client that goes on sending after its answer', async () => {
    const { hostname, port } = new URL(bench.url);
    const taken = await new Promise<number>((resolve) => {
      const socket = connect(Number(port), hostname);
      const head = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
      socket.write(head);
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      let sent = 0;
      const push = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += 1;
      };
      socket.on('drain', push);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(sent * 0x10000);
      });
      push();
    });
    expect(taken).toBeLessThan(8 * 1_024 * 1_024);
  });

  it('does not wait for the rest of a body that it has refused', async () => {
    const head = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n';
    expect(await raw(bench.url, head)).toMatch(/^HTTP\/1.1 404 /);
  });

  it('says 400 to what is no JSON object with a type', async () => {
    const deep = `{"type":"message","value":${'['.repeat(40)}${']'.repeat(40)}}`;
    const bodies = ['', '{', 'null', '[]', '"x"', '7', '{}', '{"type":7}', '{"type":""}', deep];
    for (const body of bodies) {
      const answer = await post('/api/messages', body);
      expect([body, answer.status, await answer.text()]).toEqual([body, 400, '']);
    }
    const bytes = Buffer.from([0x7b, 0xff, 0x7d]);
    const headers = FORMS['/api/messages'];
    const answer = await fetch(`${bench.url}/api/messages`, {
      method: 'POST',
      body: bytes,
      headers,
    });
    expect(answer.status).toBe(400);
  });

  it('does not count brackets inside texts as depth', async () => {
    const text = `\\"${'['.repeat(500)}`;
    const activity = bench.teams.from(bench.anna, message(text));
    expect((await bench.teams.send(bench.url, activity)).status).toBe(200);
  });

  it('names no product and no version', async () => {
    for (const path of ['/healthz', '/readyz', '/nowhere']) {
      const names = [...(await fetch(bench.url + path)).headers.keys()];
      expect(names).not.toContain('server');
      expect(names).not.toContain('x-powered-by');
    }
  });

  it('takes no report of more parameters than one has', async () => {
    bench.state.sms = 'irrelevant';
    expect((await post('/api/sms/status', 'a&'.repeat(63))).status).toBe(204);
    expect((await post('/api/sms/status', 'a&'.repeat(64))).status).toBe(403);
    bench.state.sms = 'forged';
  });

  it('passes on verified SMS reports only', async () => {
    const report = { messageId: 'SM1', fate: 'failed', fault: 'number' } as const;
    expect((await post('/api/sms/status', 'MessageSid=SM1')).status).toBe(403);
    expect(bench.turns.reports).toEqual([]);
    bench.state.sms = report;
    const answer = await post('/api/sms/status', 'MessageSid=SM1&To=%2B4670');
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect(bench.turns.reports).toEqual([report]);
  });

  it('hands parameters and signature to the gateway as they came', async () => {
    const seen: unknown[] = [];
    const other = await openBench(
      {},
      {
        gateway: {
          readStatus: (parameters, signature) => {
            seen.push([parameters, signature]);
            return 'irrelevant';
          },
        },
      },
    );
    const headers = FORMS['/api/sms/status'];
    const body = new URLSearchParams([
      ['MessageSid', 'SM1'],
      ['Body', 'å + ä'],
      ['__proto__', 'x'],
    ]);
    const options = { method: 'POST', headers, body };
    expect((await fetch(`${other.url}/api/sms/status`, options)).status).toBe(204);
    expect(seen).toEqual([[Object.fromEntries(body), headers['x-twilio-signature']]]);
    expect(other.turns.reports).toEqual([]);
  });

  it('answers a bug with 500 and an empty body, and lives on', async () => {
    const other = await openBench(
      {},
      { gateway: { readStatus: () => JSON.parse('canary-secret') as never } },
    );
    const answer = await fetch(`${other.url}/api/sms/status`, {
      method: 'POST',
      body: 'a=b',
      headers: FORMS['/api/sms/status'],
    });
    expect([answer.status, await answer.text()]).toEqual([500, '']);
    expect(other.logged.join()).toMatch(/"reference":"[0-9A-F]{8}"/);
    expect(other.logged.join()).not.toContain('canary');
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
  });

  it('cuts off clients that send headers or body too slowly', async () => {
    const slow = await openBench({}, { receiveTimeoutMs: 500 });
    const [head, body] = await Promise.all([
      raw(slow.url, 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-'),
      raw(
        slow.url,
        'POST /api/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.c\r\nContent-Length: 9\r\n\r\n{',
      ),
    ]);
    expect(head).toMatch(/^HTTP\/1.1 408 /);
    expect(body).toMatch(/^HTTP\/1.1 408 |^$/);
  });
});
