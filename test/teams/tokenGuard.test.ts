import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execute, message } from '../support/activities.ts';
import type { Activity } from '../support/activities.ts';
import type { TokenOptions } from '../support/connector.ts';
import { createChannelKey } from '../support/tokens.ts';
import { expectNothingDone, sendAs } from './knock.ts';
import { APP_ID, closeBenches, openBench, TENANT_ID } from './support.ts';
import type { Bench } from './support.ts';

const now = Math.floor(Date.now() / 1_000);
const stranger = createChannelKey('key-1', ['msteams']);

describe('guard with tokens', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  beforeEach(() => {
    bench.turns.taken.length = 0;
  });
  afterAll(closeBenches);

  const mutants: Record<string, TokenOptions> = {
    'of no algorithm': { header: { alg: 'none' } },
    'signed with the public key as HS256 secret': { header: { alg: 'HS256' } },
    'signed as PS256': { header: { alg: 'PS256' } },
    'for another app': { claims: { aud: TENANT_ID } },
    'for a list of apps': { claims: { aud: [APP_ID] } },
    'without audience': { claims: { aud: undefined } },
    'of another issuer': { claims: { iss: 'https://sts.windows.net/x/' } },
    'of a slightly other issuer': { claims: { iss: 'https://api.botframework.com/' } },
    'that ended six minutes ago': { claims: { exp: now - 360 } },
    'without an end': { claims: { exp: undefined } },
    'that begins in six minutes': { claims: { nbf: now + 360 } },
    'of an unknown key': { header: { kid: 'key-9' } },
    'without a key id': { header: { kid: undefined } },
    'signed by a stranger under a known key id': { key: stranger },
    'that brings its own key by URL': { header: { jku: 'https://evil.example/keys' } },
    'that brings its own key': { header: { jwk: stranger.jwk }, key: stranger },
    'for another serviceUrl': { claims: { serviceurl: 'https://smba.trafficmanager.net/emea/' } },
    'without serviceUrl': { claims: { serviceurl: undefined } },
  };

  it.each(Object.entries(mutants))(
    'refuses a token %s with 401 and does nothing',
    async (_n, how) => {
      expect(await sendAs(bench, {}, bench.teams.token(how))).toBe(401);
      expectNothingDone(bench);
    },
  );

  it('refuses what is no token with 401', async () => {
    const good = bench.teams.token();
    const texts = [null, '', 'garbage', 'a.b.c', `${good.slice(0, -9)}`, `${good}.x`, `x${good}`];
    for (const token of texts) expect(await sendAs(bench, {}, token)).toBe(401);
    const headers = [`bearer ${good}`, `Basic ${good}`, `Bearer  ${good}`, good];
    for (const authorization of headers) {
      const activity = bench.teams.from(bench.anna, message('hej'));
      const answer = await bench.teams.send(bench.url, activity, {
        token: null,
        headers: { authorization },
      });
      expect([authorization.slice(0, 8), answer.status]).toEqual([authorization.slice(0, 8), 401]);
    }
    expectNothingDone(bench);
  });

  it('logs a cause once a minute, however many requests it refuses', async () => {
    const own = await openBench();
    for (let times = 0; times < 5; times += 1) {
      expect(await sendAs(own, {}, own.teams.token({ header: { kid: 'key-9' } }))).toBe(401);
    }
    const told = (): object[] =>
      own.logged.filter((line) => line.includes('turned away')).map((line) => JSON.parse(line));
    expect(told()).toMatchObject([{ status: 401, why: 'kid' }]);
    await own.server.close();
    expect(told().slice(1)).toMatchObject([{ status: 401, why: 'kid', times: 4 }]);
  });

  it('refuses a key that is not endorsed for Teams', async () => {
    const other = createChannelKey('key-webchat', ['webchat']);
    bench.teams.keys.push(other);
    bench.state.now = () => Date.now() + 6_000;
    expect(await sendAs(bench, {}, bench.teams.token({ key: other }))).toBe(401);
    expectNothingDone(bench);
  });

  it('refuses another channel with 403', async () => {
    for (const channelId of ['webchat', 'emulator', 'AseChannel', '', undefined, null]) {
      expect(await sendAs(bench, { channelId })).toBe(403);
    }
    expectNothingDone(bench);
  });

  it('refuses a serviceUrl outside the allow-list with 403, however well it is signed', async () => {
    const urls = [
      'https://evil.example/',
      'http://localhost:1/',
      'https://127.0.0.1.evil.example/',
      'http://user@127.0.0.1/',
      'ftp://127.0.0.1/',
      'no url',
    ];
    for (const serviceUrl of urls) {
      const token = bench.teams.token({ claims: { serviceurl: serviceUrl } });
      expect([serviceUrl, await sendAs(bench, { serviceUrl }, token)]).toEqual([serviceUrl, 403]);
    }
    expectNothingDone(bench);
  });

  it('refuses an activity whose two tenants are not both ours', async () => {
    const ours = { id: TENANT_ID };
    const conversation = { id: 'a:1', conversationType: 'personal' };
    const variants: Activity[] = [
      { channelData: { tenant: { id: APP_ID } } },
      { channelData: {} },
      { channelData: undefined },
      { channelData: { tenant: { id: null } } },
      { channelData: { tenant: null } },
      { channelData: { tenant: { id: [TENANT_ID] } } },
      { channelData: { tenant: ours }, conversation: { ...conversation, tenantId: APP_ID } },
      { channelData: { tenant: ours }, conversation },
      { channelData: { tenant: ours }, conversation: { ...conversation, tenantId: null } },
      { channelData: { tenant: ours }, conversation: { ...conversation, tenantId: [TENANT_ID] } },
    ];
    for (const variant of variants) {
      expect([variant, await sendAs(bench, variant)]).toEqual([variant, 403]);
    }
    expectNothingDone(bench);
  });

  it('refuses a sender without aadObjectId', async () => {
    for (const aadObjectId of [undefined, null, '', 7, ['x']]) {
      const from = { id: bench.anna.userId, aadObjectId };
      expect([aadObjectId, await sendAs(bench, { from })]).toEqual([aadObjectId, 403]);
    }
    expectNothingDone(bench);
  });

  it('takes no notice of bots and skills', async () => {
    for (const role of ['bot', 'skill']) {
      const from = { id: bench.anna.userId, aadObjectId: bench.anna.aadObjectId, role };
      expect(await sendAs(bench, { from })).toBe(200);
    }
    expectNothingDone(bench);
  });

  it('admits good tokens: every RSA hash, a little clock skew, a tenant in capitals', async () => {
    const { teams } = bench;
    expect(await sendAs(bench, {})).toBe(200);
    expect(await sendAs(bench, {}, teams.token({ header: { alg: 'RS384' } }))).toBe(200);
    expect(await sendAs(bench, {}, teams.token({ header: { alg: 'RS512' } }))).toBe(200);
    expect(await sendAs(bench, {}, teams.token({ claims: { exp: now - 240 } }))).toBe(200);
    expect(await sendAs(bench, {}, teams.token({ claims: { nbf: now + 240 } }))).toBe(200);
    const capitals = TENANT_ID.toUpperCase();
    const conversation = {
      id: bench.anna.conversationId,
      conversationType: 'personal',
      tenantId: capitals,
    };
    const channelData = { tenant: { id: capitals } };
    expect(await sendAs(bench, { channelData, conversation })).toBe(200);
    expect(bench.turns.taken).toHaveLength(6);
    expect(bench.turns.taken[5]?.person.key.tenantId).toBe(TENANT_ID);
  });

  it('knows the person by tenant and aadObjectId only, whatever the card says', async () => {
    const data = { aadObjectId: 'boss', userId: 'boss', from: { aadObjectId: 'boss' } };
    await sendAs(bench, execute('home', data));
    expect(bench.turns.taken[0]?.person.key).toEqual({
      tenantId: TENANT_ID,
      aadObjectId: bench.anna.aadObjectId,
    });
  });
});

describe('guard without tokens', () => {
  let bench: Bench;
  afterEach(closeBenches);

  it('admits a local chat client, but nothing that a proxy passed on', async () => {
    bench = await openBench({ auth: 'off', appId: '' });
    expect(await sendAs(bench, {}, null)).toBe(200);
    for (const name of ['forwarded', 'x-forwarded-for', 'X-Forwarded-Host', 'x-forwarded-x']) {
      const activity = bench.teams.from(bench.anna, message('hej'));
      const headers = { [name]: 'for=192.0.2.1' };
      const answer = await bench.teams.send(bench.url, activity, { token: null, headers });
      expect([name, answer.status, answer.text]).toEqual([name, 403, '']);
    }
    expect(bench.turns.taken).toHaveLength(1);
  });

  it('checks the tenant where one is set, and asks for no token of its own', async () => {
    bench = await openBench({ auth: 'off' });
    const channelData = { tenant: { id: APP_ID } };
    expect(await sendAs(bench, { channelData }, null)).toBe(403);
    expect(await sendAs(bench, {}, null)).toBe(200);
    await bench.teams.until(() => bench.teams.sent.length === 1);
    expect(bench.teams.logins).toBe(0);
    expect(bench.teams.sent[0]?.authorization).toBeUndefined();
  });

  it('admits any tenant where none is set', async () => {
    bench = await openBench({ auth: 'off', appId: '', tenantId: '' });
    const channelData = { tenant: { id: APP_ID } };
    expect(await sendAs(bench, { channelData }, null)).toBe(200);
    expect(bench.turns.taken[0]?.person.key.tenantId).toBe(APP_ID);
  });
});
