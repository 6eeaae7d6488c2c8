import { channel } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { createTwilioGateway } from '../../src/adapters/twilio.ts';
import { readTwilioAccount } from '../../src/adapters/twilioAnswers.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startRequestRecorder, type RecordedRequest } from '../support/recordingServer.ts';
import { silentLog } from '../support/silentLog.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';
import { startTwilioServer } from '../support/twilioServer.ts';
import type { TwilioServer } from '../support/twilioServer.ts';

const recorder = await startRequestRecorder('{"sid":"SM1"}');
atSuiteEnd(() => recorder.close());

const accountSid = 'AC0123456789abcdef0123456789abcdef';
const SERVICE = 'MG0123456789abcdef0123456789abcdef';
const TO = '+46701234567';
const CALLBACK = 'https://bot.example.se/api/sms/status?a=1&b=å';

type Sender = { from: string } | { messagingServiceSid: string };

function send(
  apiUrl: string,
  sender: Sender,
  body: string,
  account = { accountSid, token: 'token' },
) {
  return createTwilioGateway(
    {
      accountSid: account.accountSid,
      authToken: new Secret(account.token),
      apiUrl,
      statusCallbackUrl: CALLBACK,
      isRedacted: true,
      ...sender,
    },
    silentLog,
  ).send({ to: TO, text: new Secret(body), validitySeconds: 300 }, AbortSignal.timeout(60_000));
}

function sendPlainly(
  apiUrl: string,
  sender: Sender,
  body: string,
  account = { accountSid, token: 'token' },
) {
  const client = twilio(account.accountSid, account.token);
  client.api.baseUrl = apiUrl;
  return client.messages.create({
    to: TO,
    body,
    ...sender,
    statusCallback: CALLBACK,
    validityPeriod: 300,
    contentRetention: 'discard',
    addressRetention: 'obfuscate',
    smartEncoded: false,
  });
}

const SENDERS: Sender[] = [
  { from: 'Treserva' },
  { from: '+46766861001' },
  { messagingServiceSid: SERVICE },
];

describe("the bot's message beside the same of Twilio's own client", () => {
  function partsOf({ method, path, headers, body }: RecordedRequest) {
    const { authorization, accept, 'content-type': contentType } = headers;
    const form = [...new URLSearchParams(body)].sort();
    return { method, path, contentType, authorization, accept, form };
  }

  it.each(SENDERS)('is the same, letter by letter, from %j', async (sender) => {
    for (const body of ['482913 är din kod', "50 % (å)?#!'*~&$,=+ \n€ 🔑"]) {
      await send(recorder.url, sender, body);
      await sendPlainly(recorder.url, sender, body);
      const [ours, theirs, ...others] = recorder.take();
      expect(others).toEqual([]);
      expect(partsOf(ours!)).toEqual(partsOf(theirs!));
    }
  });
});

describe("the bot's way to Twilio", () => {
  it.each([
    'http://twilio.invalid',
    'https://sms.region.edge.twilio.city.invalid:8443',
    'https://api.twilio.invalid',
  ])('leads to %s, as the check does', async (apiUrl) => {
    const asked: string[] = [];
    const note = (message: unknown) => {
      const { request } = message as { request: { origin: string } };
      asked.push(request.origin);
    };
    const created = channel('undici:request:create');
    created.subscribe(note);
    try {
      await readTwilioAccount({ accountSid, authToken: new Secret('token'), apiUrl });
      await send(apiUrl, { from: 'Treserva' }, 'Hej');
    } finally {
      created.unsubscribe(note);
    }
    expect(asked).toEqual([apiUrl, apiUrl]);
  });
});

describe("Twilio's side in tests", () => {
  let service: TwilioServer;
  beforeEach(async () => {
    service = await startTwilioServer();
  });
  afterEach(() => service.close());

  it.each(SENDERS)(
    "takes the message of Twilio's client and of the bot from %j",
    async (sender) => {
      const account = { accountSid: service.accountSid, token: service.authToken };
      const { sid } = await sendPlainly(service.url, sender, 'Hej', account);
      const ours = await send(service.url, sender, 'Hej', account);
      expect(service.requests.map((request) => request.sid)).toEqual([
        sid,
        ours.outcome === 'accepted' ? ours.messageId : undefined,
      ]);
    },
  );

  const FORM = { To: TO, From: 'Treserva', Body: 'Hej' };
  interface Knock {
    readonly method?: string;
    readonly path?: string;
    readonly type?: string;
    readonly token?: string;
  }
  it.each<[string, number, number, Readonly<Record<string, string>>, Knock?]>([
    ['a slash at the end', 404, 20404, FORM, { path: 'Messages.json/' }],
    ['a query', 404, 20404, FORM, { path: 'Messages.json?x=1' }],
    ['a path without .json', 404, 20404, FORM, { path: 'Messages' }],
    ['another method', 405, 20004, FORM, { method: 'PUT' }],
    ['another token', 401, 20003, FORM, { token: 'another' }],
    ['JSON', 415, 20415, FORM, { type: 'application/json' }],
    ['no content type of a form', 415, 20415, FORM, { type: 'text/plain;charset=UTF-8' }],
    ['an unknown parameter', 400, 20001, { ...FORM, Validity: '300' }],
    ['a parameter in another case', 400, 20001, { ...FORM, validityPeriod: '300' }],
    ['no receiver', 400, 21604, { From: 'Treserva', Body: 'Hej' }],
    ['no text', 400, 21602, { ...FORM, Body: '' }],
    ['no sender', 400, 21603, { To: TO, Body: 'Hej' }],
    ['a receiver that is no number', 400, 21211, { ...FORM, To: '0701234567' }],
    ['a sender of twelve letters', 400, 21212, { ...FORM, From: 'TreservaNorr' }],
    ['a service that is none', 400, 20422, { To: TO, Body: 'Hej', MessagingServiceSid: 'MG1' }],
    ['a text that is too long', 400, 21617, { ...FORM, Body: 'x'.repeat(1601) }],
    ['a callback that is no address', 400, 21609, { ...FORM, StatusCallback: '/api/sms/status' }],
    ['no validity', 400, 20422, { ...FORM, ValidityPeriod: '0' }],
    ['a validity over ten hours', 400, 20422, { ...FORM, ValidityPeriod: '36001' }],
    ['a validity in parts of a second', 400, 20422, { ...FORM, ValidityPeriod: '1.5' }],
    ['another content retention', 400, 20422, { ...FORM, ContentRetention: 'obfuscate' }],
    ['another address retention', 400, 20422, { ...FORM, AddressRetention: 'discard' }],
    ['a flag that is none', 400, 20422, { ...FORM, SmartEncoded: 'False' }],
  ])('refuses %s', async (_name, status, code, form, knock = {}) => {
    const { method = 'POST', path = 'Messages.json', token = service.authToken } = knock;
    const response = await fetch(
      `${service.url}/2010-04-01/Accounts/${service.accountSid}/${path}`,
      {
        method,
        body: new URLSearchParams(form).toString(),
        headers: {
          'content-type': knock.type ?? 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${service.accountSid}:${token}`).toString('base64')}`,
        },
      },
    );
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      code,
      status,
      message: expect.any(String) as unknown,
    });
    expect(service.requests.map(({ sid }) => sid)).toEqual([undefined]);
  });

  it('refuses a parameter that comes twice', async () => {
    const { accountSid: sid, authToken } = service;
    const response = await fetch(`${service.url}/2010-04-01/Accounts/${sid}/Messages.json`, {
      method: 'POST',
      body: `${new URLSearchParams(FORM).toString()}&Body=Hej`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`${sid}:${authToken}`).toString('base64')}`,
      },
    });
    expect(response.status).toBe(400);
  });
});
