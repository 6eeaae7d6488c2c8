import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createAuthority } from '../../demo/certificates.ts';
import { createTwilioGateway } from '../../src/adapters/twilio.ts';
import { Secret } from '../../src/domain/secret.ts';
import { withDeadline } from '../../src/ports/deadline.ts';
import type { Log } from '../../src/ports/log.ts';
import type { SmsGateway } from '../../src/ports/sms.ts';
import { leastMs } from '../support/tries.ts';
import { startTwilioServer, twilioSignature } from '../support/twilioServer.ts';
import type { TwilioAnswer, TwilioServer } from '../support/twilioServer.ts';

const CALLBACK = 'https://bot.example.se/api/sms/status';
const TEXT = '482913 är din kod för att byta lösenord på treserva-norr. Lämna aldrig ut koden.';
/** Longer than anything here takes. */
const PATIENCE_MS = 60_000;
const MESSAGE = { to: '+46701234567', text: new Secret(TEXT), validitySeconds: 300 };

let server: TwilioServer;
let gateway: SmsGateway;
let lines: string[];
const log = Object.fromEntries(
  ['debug', 'info', 'warn', 'error'].map((level) => [
    level,
    (fields: unknown, message: string) => lines.push(JSON.stringify({ level, fields, message })),
  ]),
) as unknown as Log;

function gatewayAt(
  apiUrl: string,
  change: { from?: string; messagingServiceSid?: string } = {},
  isRedacted = true,
) {
  return createTwilioGateway(
    {
      accountSid: server.accountSid,
      authToken: new Secret(server.authToken),
      apiUrl,
      statusCallbackUrl: CALLBACK,
      isRedacted,
      ...(Object.keys(change).length > 0 ? change : { from: 'Treserva' }),
    },
    log,
  );
}

function send(message = MESSAGE) {
  return gateway.send(message, AbortSignal.timeout(PATIENCE_MS));
}

async function listen(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  return `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
}

async function close(http: Server): Promise<void> {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
}

/** How many POSTs came since the last look. */
let seen = 0;
function newRequests() {
  const fresh = server.requests.slice(seen);
  seen = server.requests.length;
  return fresh;
}

beforeAll(async () => {
  server = await startTwilioServer();
  gateway = gatewayAt(server.url);
  lines = [];
});
afterEach(() => {
  const told = lines.join('\n');
  lines = [];
  seen = server.requests.length;
  server.script();
  // After every test the log holds neither the text nor the number nor the token.
  expect(told).not.toMatch(/482913|701234567|treserva-norr/);
  expect(told).not.toContain(server.authToken);
});
afterAll(() => server.close());

describe('Twilio gateway, send', () => {
  it('posts the message once, short-lived and not kept by Twilio', async () => {
    const outcome = await send();
    const [request, ...others] = newRequests();
    expect(others).toEqual([]);
    expect(outcome).toEqual({ outcome: 'accepted', messageId: request?.sid });
    expect(request).toMatchObject({
      method: 'POST',
      path: `/2010-04-01/Accounts/${server.accountSid}/Messages.json`,
      user: server.accountSid,
      password: server.authToken,
    });
    expect(request?.form).toEqual({
      To: '+46701234567',
      From: 'Treserva',
      Body: TEXT,
      StatusCallback: CALLBACK,
      ValidityPeriod: '300',
      ContentRetention: 'discard',
      AddressRetention: 'obfuscate',
      SmartEncoded: 'false',
    });
  });

  it('names the messaging service where there is one', async () => {
    const messagingServiceSid = 'MG0123456789abcdef0123456789abcdef';
    const other = gatewayAt(server.url, { messagingServiceSid });
    await other.send(MESSAGE, AbortSignal.timeout(PATIENCE_MS));
    const [request] = newRequests();
    expect(request?.form).toMatchObject({ MessagingServiceSid: messagingServiceSid });
    expect(request?.form).not.toHaveProperty('From');
  });

  it('asks for no redaction where the account has none', async () => {
    await gatewayAt(server.url, {}, false).send(MESSAGE, AbortSignal.timeout(PATIENCE_MS));
    const [request] = newRequests();
    expect(Object.keys(request?.form ?? {}).filter((name) => name.endsWith('Retention'))).toEqual(
      [],
    );
    expect(request?.sid).toBeDefined();
  });

  it.each([30029, 30030])('names the way out of %d', async (code) => {
    server.script({ status: 400, code });
    await send();
    const status = { MessageSid: 'SM1', MessageStatus: 'failed', ErrorCode: String(code) };
    gateway.readStatus(status, twilioSignature(server.authToken, CALLBACK, status));
    expect(lines.filter((line) => line.includes('TWILIO_REDACTION=off'))).toHaveLength(2);
  });

  it.each([
    [0.5, '1'],
    [299.9, '299'],
    [90_000, '36000'],
  ])('turns a validity of %d s into one that Twilio accepts', async (validitySeconds, sent) => {
    await send({ ...MESSAGE, validitySeconds });
    expect(newRequests()[0]?.form['ValidityPeriod']).toBe(sent);
  });

  it('reaches the configured server whatever region the environment names', async () => {
    process.env['TWILIO_REGION'] = 'au1';
    process.env['TWILIO_EDGE'] = 'sydney';
    try {
      // The library reads them and would prefix a host that has a name.
      const named = gatewayAt(server.url.replace('127.0.0.1', 'localhost'));
      expect(await named.send(MESSAGE, AbortSignal.timeout(PATIENCE_MS))).toMatchObject({
        outcome: 'accepted',
      });
      expect(newRequests()[0]?.headers.host).toMatch(/^localhost:/);
    } finally {
      delete process.env['TWILIO_REGION'];
      delete process.env['TWILIO_EDGE'];
    }
  });

  it.each<[TwilioAnswer, object]>([
    [
      { status: 400, code: 21211 },
      { outcome: 'refused', fault: 'number', code: '21211' },
    ],
    [
      { status: 400, code: 21408 },
      { outcome: 'refused', fault: 'number', code: '21408' },
    ],
    [
      { status: 400, code: 21610 },
      { outcome: 'refused', fault: 'number', code: '21610' },
    ],
    [
      { status: 400, code: 21614 },
      { outcome: 'refused', fault: 'number', code: '21614' },
    ],
    [
      { status: 400, code: 21212 },
      { outcome: 'refused', fault: 'service', code: '21212' },
    ],
    [
      { status: 400, code: 99999 },
      { outcome: 'refused', fault: 'service', code: '99999' },
    ],
    [
      { status: 401, code: 20003 },
      { outcome: 'refused', fault: 'service', code: '20003' },
    ],
    [
      { status: 403, text: '<html>' },
      { outcome: 'refused', fault: 'service', code: 'http403' },
    ],
    [
      { status: 400, text: '{"code":"a_word_of_its_own"}' },
      { outcome: 'refused', fault: 'service', code: 'http400' },
    ],
    [
      { status: 400, text: '{"code":1234567890}' },
      { outcome: 'refused', fault: 'service', code: 'http400' },
    ],
    [
      { status: 404, text: '[]' },
      { outcome: 'refused', fault: 'service', code: 'http404' },
    ],
    [
      { status: 500, code: 20500 },
      { outcome: 'unknown', code: '20500' },
    ],
    [
      { status: 500, code: 21211 },
      { outcome: 'unknown', code: '21211' },
    ],
    [
      { status: 503, text: '' },
      { outcome: 'unknown', code: 'http503' },
    ],
    [
      { status: 200, text: '{"sid":' },
      { outcome: 'unknown', code: 'http200' },
    ],
    [
      { status: 201, text: 'null' },
      { outcome: 'unknown', code: 'http201' },
    ],
    ['withoutSid', { outcome: 'unknown', code: 'http201' }],
    ['cut', { outcome: 'unknown' }],
    ['cutBefore', { outcome: 'unknown' }],
  ])('makes of %j after one post %j', async (answer, outcome) => {
    server.script(answer);
    expect(await send()).toMatchObject(outcome);
    expect(newRequests()).toHaveLength(1);
  });

  it('reads no answer that has no end', async () => {
    server.script({ status: 201, text: `{"sid":"SM1","pad":"${' '.repeat(2 * 1024 * 1024)}"}` });
    expect(await send()).toEqual({ outcome: 'unknown', code: 'noAnswer' });
    expect(newRequests()).toHaveLength(1);
  });

  it('does not follow a redirect with the message', async () => {
    server.script({ redirectTo: `${server.url}/elsewhere` });
    expect(await send()).toEqual({ outcome: 'unknown', code: 'http307' });
    expect(newRequests()).toHaveLength(1);
  });

  it('gives up when its signal says so, not knowing', async () => {
    // Sooner than the gateway gives up by itself.
    const took = await leastMs(7_000, async () => {
      server.script('hang');
      const caller = new AbortController();
      const outcome = gateway.send(MESSAGE, caller.signal);
      await server.waitForRequest(seen + 1);
      caller.abort();
      expect(await outcome).toEqual({ outcome: 'unknown', code: 'timeout' });
      expect(newRequests()).toHaveLength(1);
    });
    expect(took).toBeLessThan(7_000);
  });

  it('gives up after 8 s by itself', async () => {
    server.script('hang');
    const start = Date.now();
    const outcome = await gateway.send(MESSAGE, new AbortController().signal);
    expect(outcome).toEqual({ outcome: 'unknown', code: 'timeout' });
    expect(Date.now() - start).toBeGreaterThan(7500);
    // It would else wait for ever.
    expect(Date.now() - start).toBeLessThan(60_000);
  });

  it('sends nothing once its signal has ended', async () => {
    const outcome = await gateway.send(MESSAGE, AbortSignal.abort());
    expect(outcome).toMatchObject({ outcome: 'refused', fault: 'service' });
    expect(newRequests()).toEqual([]);
  });

  it('sends nothing once its time is up, though the process stood still and no timer has told', async () => {
    const now = performance.now.bind(performance);
    const sent = withDeadline(PATIENCE_MS, undefined, (signal) => {
      performance.now = () => now() + 2 * PATIENCE_MS;
      return gateway.send(MESSAGE, signal);
    }).finally(() => {
      performance.now = now;
    });
    expect(await sent).toEqual({ outcome: 'refused', fault: 'service', code: 'tooLate' });
    expect(newRequests()).toEqual([]);
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const closed = createServer();
    const url = await listen(closed);
    await close(closed);
    const nobody = gatewayAt(url);
    expect(await nobody.send(MESSAGE, AbortSignal.timeout(PATIENCE_MS))).toEqual({
      outcome: 'refused',
      fault: 'service',
      code: 'ECONNREFUSED',
    });
  });

  it('knows that nothing was sent where the name does not exist', async () => {
    const nowhere = gatewayAt('http://api.twilio.invalid');
    expect(await nowhere.send(MESSAGE, AbortSignal.timeout(PATIENCE_MS))).toMatchObject({
      outcome: 'refused',
      fault: 'service',
      code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as unknown,
    });
  });
});

describe('Twilio gateway over TLS', () => {
  it('tells nothing to a server that it cannot verify', async () => {
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issue({
      commonName: 'api',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    });
    let requests = 0;
    const stranger = createTlsServer({ cert: certPem, key: keyPem }, (_, response) => {
      requests += 1;
      response.end();
    });
    const url = (await listen(stranger)).replace('http:', 'https:');
    const outcome = await gatewayAt(url).send(MESSAGE, AbortSignal.timeout(PATIENCE_MS));
    await close(stranger);
    expect(requests).toBe(0);
    expect(outcome).toEqual({
      outcome: 'refused',
      fault: 'service',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });
});

describe('Twilio gateway, after 429', () => {
  it('posts again until the message is taken', async () => {
    server.script({ status: 429, code: 20429 }, { status: 429, code: 20429 });
    expect(await send()).toMatchObject({ outcome: 'accepted' });
    expect(newRequests()).toHaveLength(3);
  });

  it('stops after two further posts', async () => {
    const busy = { status: 429, code: 20429 };
    server.script(busy, busy, busy, busy);
    expect(await send()).toEqual({ outcome: 'refused', fault: 'service', code: '20429' });
    expect(newRequests()).toHaveLength(3);
  });

  it('stops at the first other answer', async () => {
    server.script({ status: 429, code: 20429 }, { status: 500, code: 20500 });
    expect(await send()).toEqual({ outcome: 'unknown', code: '20500' });
    expect(newRequests()).toHaveLength(2);
  });

  it('waits as long as Retry-After asks', async () => {
    server.script({ status: 429, code: 20429, retryAfter: '1' });
    await send();
    const [first, second] = newRequests();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(950);
  });

  it.each(['3', '3600'])('does not post again before a Retry-After of %s s', async (retryAfter) => {
    server.script({ status: 429, code: 20429, retryAfter });
    expect(await send()).toMatchObject({ outcome: 'refused', code: '20429' });
    expect(newRequests()).toHaveLength(1);
  });

  it('posts nothing more once its time is up, though the process stood still and no timer has told', async () => {
    server.script({ status: 429, code: 20429 });
    const now = performance.now.bind(performance);
    const outcome = withDeadline(PATIENCE_MS, undefined, (signal) => gateway.send(MESSAGE, signal));
    await server.waitForRequest(seen + 1);
    performance.now = () => now() + 2 * PATIENCE_MS;
    try {
      expect(await outcome).toEqual({ outcome: 'refused', fault: 'service', code: '20429' });
    } finally {
      performance.now = now;
    }
    expect(newRequests()).toHaveLength(1);
  });

  it('ends its wait with the signal', async () => {
    server.script({ status: 429, code: 20429, retryAfter: '2' });
    const caller = new AbortController();
    const outcome = gateway.send(MESSAGE, caller.signal);
    await server.waitForRequest(seen + 1);
    // The answer is read within a few turns of this process, however slow they are.
    for (let turn = 0; turn < 20; turn += 1) await pause(10);
    caller.abort();
    // The end of its wait needs no network: however slow this process is, it comes before the timer.
    const first = await Promise.race([outcome, pause(1000)]);
    expect(first).toMatchObject({ outcome: 'refused', code: '20429' });
    expect(newRequests()).toHaveLength(1);
  });
});

describe('Twilio gateway, readStatus', () => {
  const sid = 'SM0123456789abcdef0123456789abcdef';
  function read(status: string, errorCode?: string) {
    const parameters = {
      MessageSid: sid,
      MessageStatus: status,
      To: '+46701234567',
      Extra: 'å & =',
      ...(errorCode === undefined ? {} : { ErrorCode: errorCode }),
    };
    return gateway.readStatus(parameters, twilioSignature(server.authToken, CALLBACK, parameters));
  }

  it.each(['queued', 'accepted', 'sending', 'scheduled', 'something new'])(
    'passes over %s',
    (status) => {
      expect(read(status)).toBe('irrelevant');
    },
  );

  it('reports what was sent and delivered', () => {
    expect(read('sent')).toEqual({ messageId: sid, fate: 'sent' });
    expect(read('delivered')).toEqual({ messageId: sid, fate: 'delivered' });
  });

  it.each([
    ['undelivered', '30004', 'number'],
    ['undelivered', '30005', 'number'],
    ['failed', '30006', 'number'],
    ['failed', '21610', 'number'],
    ['undelivered', '30003', 'service'],
    ['undelivered', '30007', 'service'],
    ['failed', '30008', 'service'],
    ['failed', undefined, 'service'],
    ['failed', 'a_word_of_its_own', 'service'],
  ])('reports %s with %s as a fault of the %s', (status, code, fault) => {
    expect(read(status, code)).toEqual({
      messageId: sid,
      fate: 'failed',
      fault,
      code: /^\d{5}$/.test(code ?? '') ? code : 'none',
    });
  });

  it('takes a callback as the server sends it', async () => {
    const received: ReturnType<SmsGateway['readStatus']>[] = [];
    const bot = createServer((request, response) => {
      void text(request).then((body) => {
        const signature = request.headers['x-twilio-signature'];
        const parameters = Object.fromEntries(new URLSearchParams(body));
        received.push(gateway.readStatus(parameters, String(signature)));
        response.end();
      });
    });
    const url = await listen(bot);
    const parameters = { MessageSid: sid, MessageStatus: 'delivered' };
    await server.sendStatus(url, parameters, { signedUrl: CALLBACK });
    await server.sendStatus(url, parameters);
    await close(bot);
    expect(received).toEqual([{ messageId: sid, fate: 'delivered' }, 'forged']);
  });

  it('calls forged what is unsigned, signed with another token or for another address, or changed', () => {
    const parameters = { MessageSid: sid, MessageStatus: 'failed', ErrorCode: '30005' };
    const sign = (token: string, url = CALLBACK, what: Record<string, string> = parameters) =>
      twilioSignature(token, url, what);
    expect(gateway.readStatus(parameters, undefined)).toBe('forged');
    expect(gateway.readStatus(parameters, '')).toBe('forged');
    expect(gateway.readStatus(parameters, 'x'.repeat(28))).toBe('forged');
    expect(gateway.readStatus(parameters, sign('another token'))).toBe('forged');
    expect(
      gateway.readStatus(parameters, sign(server.authToken, 'https://other.se/api/sms/status')),
    ).toBe('forged');
    const good = sign(server.authToken);
    expect(gateway.readStatus({ ...parameters, ErrorCode: '30003' }, good)).toBe('forged');
    expect(gateway.readStatus({ ...parameters, Added: '' }, good)).toBe('forged');
    expect(gateway.readStatus(parameters, good)).not.toBe('forged');
  });
});
