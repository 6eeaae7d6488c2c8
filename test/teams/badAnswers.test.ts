import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Secret } from '../../src/domain/secret.ts';
import { createSigningKeys } from '../../src/teams/http/signingKeys.ts';
import { createLogin } from '../../src/teams/out/login.ts';
import { silentLog } from '../support/silentLog.ts';
import { createChannelKey } from '../support/tokens.ts';

/** Added to each answer: nothing on its way, a lot in memory. */
let pad = '';
/** Before each answer. */
let mark = '';
let accessToken = 'token';
const { jwk } = createChannelKey('key-1', ['msteams']);
const server = createServer(({ method }, response) => {
  const answer =
    method === 'POST'
      ? { token_type: 'Bearer', expires_in: 3_600, access_token: accessToken }
      : { jwks_uri: url(), keys: [jwk] };
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(gzipSync(`${mark}${JSON.stringify({ ...answer, pad })}`));
});
const url = (): string => `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const fetchToken = (): Promise<string> =>
  createLogin({
    appId: 'app',
    credential: { secret: new Secret('secret') },
    tenantId: 'tenant',
    loginUrl: url(),
    clock: Date.now,
    log: silentLog,
  }).token();
const findKey = () => createSigningKeys(url(), Date.now, silentLog).find('key-1');

it('an answer of the login or of the keys that unpacks without an end is none', async () => {
  expect(await fetchToken()).toBe('token');
  expect(await findKey()).toMatchObject({ kid: 'key-1' });
  pad = ' '.repeat(8 * 1024 * 1024);
  await expect(fetchToken()).rejects.toThrow();
  expect(await findKey()).toBe('unavailable');
});

it('an answer that begins with a byte order mark is read as if it had none', async () => {
  [pad, mark] = ['', '\uFEFF'];
  const found = [await fetchToken(), await findKey()];
  mark = '';
  expect(found).toMatchObject(['token', { kid: 'key-1' }]);
});

it.each(['tok\u00e9n\u0142', 'token\r\nx-injected: 1', 'token token', ''])(
  'takes %j for no token: it cannot stand in a header',
  async (one) => {
    [pad, accessToken] = ['', one];
    await expect(fetchToken()).rejects.toThrow();
  },
);
