import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';
import { Secret } from '../../src/domain/secret.ts';
import { NotifierError } from '../../src/ports/errors.ts';
import { addressOf, type Conversation } from '../../src/teams/conversation.ts';
import { createServiceHosts } from '../../src/teams/out/serviceHosts.ts';
import { execute } from '../support/activities.ts';
import { nameOf } from '../support/connector.ts';
import type { Fault } from '../support/faults.ts';
import { firstGood } from '../support/tries.ts';
import { APP_ID, closeBenches, openBench, TENANT_ID } from './support.ts';
import type { Bench } from './support.ts';

let bench: Bench;
let anna: Conversation;
const never = new AbortController().signal;

beforeEach(async () => {
  bench = await openBench();
  anna = {
    serviceUrl: bench.teams.serviceUrl,
    conversationId: bench.anna.conversationId,
    tenantId: TENANT_ID,
    aadObjectId: bench.anna.aadObjectId,
    userId: bench.anna.userId,
    botId: `28:${APP_ID}`,
    channelId: 'msteams',
  };
});
afterEach(closeBenches);

const post = (to = anna, signal = never) =>
  bench.channel.notifier.post(
    addressOf(to),
    { card: 'help', isAgent: false, isManager: true },
    'en',
    signal,
  );
const update = (id: string, signal = never) =>
  bench.channel.notifier.update(addressOf(anna), id, { card: 'cancelled' }, 'sv', signal);

/** The error of a call that must fail. */
async function failure(call: Promise<unknown>): Promise<NotifierError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NotifierError)) throw new Error('a NotifierError was expected');
  return error;
}

describe('notifier', () => {
  it('posts a card, and only the card, to the person', async () => {
    const id = await post();
    const [sent] = bench.teams.sent;
    expect(sent?.id).toBe(id);
    expect(sent?.conversationId).toBe(anna.conversationId);
    expect([nameOf(sent?.card), sent?.card?.['lang']]).toEqual(['help', 'en']);
    expect(sent?.authorization).toBe('Bearer bot-token-1');
    expect(sent?.activity).not.toHaveProperty('text');
    expect(sent?.activity).toMatchObject({
      type: 'message',
      summary: 'help',
      from: { id: anna.botId },
      recipient: { id: anna.userId },
      conversation: { id: anna.conversationId, tenantId: TENANT_ID },
    });
  });

  it('replaces the card of a message', async () => {
    const id = await post();
    await update(id);
    expect(bench.teams.sent.map(({ operation, card }) => [operation, nameOf(card)])).toEqual([
      ['post', 'help'],
      ['update', 'cancelled'],
    ]);
  });

  const table: [Fault, NotifierError['code']][] = [
    [{ status: 400 }, 'refused'],
    [{ status: 401 }, 'refused'],
    [{ status: 403, code: 'BotNotInConversationRoster' }, 'unreachable'],
    [{ status: 403, code: 'ConversationBlockedByUser' }, 'unreachable'],
    [{ status: 404, code: 'ConversationNotFound' }, 'messageGone'],
    [{ status: 408 }, 'ambiguous'],
    [{ status: 412 }, 'refused'],
    [{ status: 413 }, 'refused'],
    [{ status: 429 }, 'refused'],
    [{ status: 500 }, 'ambiguous'],
    [{ status: 502 }, 'ambiguous'],
    [{ status: 503 }, 'ambiguous'],
    [{ status: 504 }, 'ambiguous'],
    [{ status: 307, headers: { location: '/emea/v3/conversations/x/activities' } }, 'refused'],
    ['cut', 'ambiguous'],
    ['cutAfter', 'ambiguous'],
  ];

  it.each(table)('takes %j for %s after one try', async (fault, code) => {
    bench.teams.fail('post', fault, 1);
    expect((await failure(post())).code).toBe(code);
    expect(bench.teams.sent).toHaveLength(fault === 'cutAfter' ? 1 : 0);
    bench.teams.fail('update', fault, 1);
    bench.teams.know(anna.conversationId, 'm1');
    expect((await failure(update('m1'))).code).toBe(code);
  });

  it('tells how long the channel asks to wait', async () => {
    bench.teams.fail('post', { status: 429, headers: { 'retry-after': '7' } });
    expect((await failure(post())).retryAfterMs).toBe(7_000);
    bench.teams.fail('post', { status: 429 });
    expect((await failure(post())).retryAfterMs).toBeUndefined();
  });

  it('calls a send that is broken off ambiguous', async () => {
    bench.teams.fail('post', 'hang', 1);
    const caller = new AbortController();
    const broken = failure(post(anna, caller.signal));
    await bench.teams.until(() => bench.teams.hasFailed('post'));
    caller.abort();
    expect((await broken).code).toBe('ambiguous');
  });

  it('gives up a send that hangs after 8 s by itself', async () => {
    bench.teams.fail('post', 'hang');
    const started = Date.now();
    expect((await failure(post())).code).toBe('ambiguous');
    expect(Date.now() - started).toBeGreaterThan(7_500);
    // It would else wait for ever.
    expect(Date.now() - started).toBeLessThan(60_000);
  });

  it('calls a connector that nobody answers refused: nothing was delivered', async () => {
    const gone = { ...anna, serviceUrl: 'http://127.0.0.1:1/emea/' };
    expect((await failure(post(gone))).code).toBe('refused');
  });

  it('calls a connector with a certificate that nobody trusts refused: nothing was delivered', async () => {
    const certificate = await (
      await createAuthority()
    ).issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
    });
    const server = createServer({ key: certificate.keyPem, cert: certificate.certPem });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const stranger = { ...anna, serviceUrl: `https://127.0.0.1:${String(port)}/emea/` };
      expect((await failure(post(stranger))).code).toBe('refused');
    } finally {
      server.close();
    }
  });

  it('sends no token to a host or tenant that is not ours', async () => {
    const strangers = [
      { ...anna, serviceUrl: 'https://evil.example/' },
      { ...anna, serviceUrl: bench.teams.serviceUrl.replace('127.0.0.1', 'localhost') },
      { ...anna, tenantId: APP_ID },
    ];
    for (const stranger of strangers) expect((await failure(post(stranger))).code).toBe('refused');
    expect(bench.teams.logins).toBe(0);
    expect(bench.teams.sent).toEqual([]);
  });
});

describe('login', () => {
  it('fetches one token for many sends at once', async () => {
    await Promise.all(Array.from({ length: 10 }, () => post()));
    await post();
    expect(bench.teams.logins).toBe(1);
    expect(bench.teams.sent).toHaveLength(11);
  });

  it('fetches another one when the connector does not take it', async () => {
    await post();
    bench.teams.fail('post', { status: 401 }, 1);
    await failure(post());
    await post();
    expect(bench.teams.sent.map(({ authorization }) => authorization)).toEqual([
      'Bearer bot-token-1',
      'Bearer bot-token-2',
    ]);
  });

  it('is named in /readyz from its first failure until it works again', async () => {
    const degraded = async () =>
      ((await (await fetch(`${bench.url}/readyz`)).json()) as { degraded: unknown }).degraded;
    bench.teams.fail('login', { status: 500 });
    expect(await degraded()).toEqual([]);
    expect((await failure(post())).code).toBe('refused');
    expect(await degraded()).toEqual(['login']);
    bench.teams.heal('login');
    bench.state.now = () => Date.now() + 1_000;
    await post();
    expect(await degraded()).toEqual([]);
    expect(bench.logged.join()).not.toContain('app-password');
  });

  it('asks at most once a second while it fails', async () => {
    bench.teams.fail('login', { status: 503 });
    for (let index = 0; index < 5; index += 1) await failure(post());
    bench.teams.heal('login');
    expect((await failure(post())).code).toBe('refused');
    bench.state.now = () => Date.now() + 1_000;
    await post();
    expect(bench.teams.logins).toBe(1);
  });

  it('asks at once by another secret, though the former one has just failed', async () => {
    bench.teams.registration.secret = 'app-second';
    expect((await failure(post())).code).toBe('refused');
    const credential = { secret: new Secret('app-second') };
    bench.channel.renew({ credential, metricsToken: undefined });
    await post();
    expect(bench.teams.sent).toHaveLength(1);
  });

  it('asks again where the clock was set back since it failed', async () => {
    bench.teams.fail('login', { status: 503 });
    await failure(post());
    bench.teams.heal('login');
    bench.state.now = () => Date.now() - 3_600_000;
    await post();
    expect(bench.teams.logins).toBe(1);
  });

  it('goes on with a token that is still good while its renewal fails', async () => {
    // Within the last five minutes of its life it is renewed.
    bench.teams.tokenSeconds = 240;
    await post();
    bench.teams.fail('login', { status: 503 });
    await post();
    await post();
    const used = bench.teams.sent.map(({ authorization }) => authorization);
    expect(used).toEqual(Array.from({ length: 3 }, () => 'Bearer bot-token-1'));
    bench.state.now = () => Date.now() + 1_000;
    bench.teams.heal('login');
    await post();
    await bench.teams.until(() => bench.teams.logins === 2);
    await post();
    expect(bench.teams.sent.at(-1)?.authorization).not.toBe('Bearer bot-token-1');
  });

  it('ends with its token where no renewal comes', async () => {
    bench.teams.tokenSeconds = 240;
    await post();
    bench.teams.fail('login', { status: 503 });
    bench.state.now = () => Date.now() + 241_000;
    expect((await failure(post())).code).toBe('refused');
  });

  it('does not keep a manager from an answer', async () => {
    bench.teams.fail('login', 'hang');
    const answerOnce = async (): Promise<string | undefined> => {
      const activity = bench.teams.from(bench.anna, execute('home', {}, 'm1'));
      return nameOf((await bench.teams.send(bench.url, activity)).card);
    };
    // Else it is answered with `working`.
    expect(await firstGood(answerOnce, (name) => name === 'home')).toBe('home');
    expect(bench.turns.taken[0]?.person.roster).toEqual({ status: 'unavailable' });
  });

  it('can be checked without a send', async () => {
    await bench.channel.checkLogin();
    expect(bench.teams.logins).toBe(1);
    const other = await openBench();
    other.teams.fail('login', { status: 400 });
    await expect(other.channel.checkLogin()).rejects.toThrow();
  });
});

describe('service hosts', () => {
  const isMicrosoft = createServiceHosts(['smba.trafficmanager.net', '*.botframework.com']);

  it.each([
    'https://smba.trafficmanager.net/emea/',
    'https://SMBA.trafficmanager.net:443/emea/',
    'https://webchat.botframework.com/',
    'https://a.b.botframework.com:8443/',
  ])('lets the bot call %s', (url) => {
    expect(isMicrosoft(url)).toBe(true);
  });

  it.each([
    'http://smba.trafficmanager.net/emea/',
    'https://evil.trafficmanager.net/',
    'https://smba.trafficmanager.net.evil.example/',
    'https://smba.trafficmanager.net@evil.example/',
    'https://evilbotframework.com/',
    'https://botframework.com/',
    'https://.botframework.com.evil.example/',
    'https://127.0.0.1/',
    'http://127.0.0.1/',
    'file:///etc/passwd',
    '//smba.trafficmanager.net/',
    '',
  ])('does not let it call %s', (url) => {
    expect(isMicrosoft(url)).toBe(false);
  });

  it('takes plain http for loopback hosts that are named, and for nothing else', () => {
    const isOwn = createServiceHosts([
      'localhost',
      '[::1]',
      ' 127.0.0.1 ',
      'intern.example',
      '*.1',
    ]);
    expect(isOwn('http://localhost:3979/_connector')).toBe(true);
    expect(isOwn('http://[::1]:3979/')).toBe(true);
    expect(isOwn('http://127.0.0.1:3979/')).toBe(true);
    expect(isOwn('http://127.0.1.1:3979/')).toBe(false);
    expect(isOwn('http://intern.example/')).toBe(false);
    expect(isOwn('https://intern.example/')).toBe(true);
  });
});
