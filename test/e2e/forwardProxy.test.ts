import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../demo/certificates.ts';
import { runAdminProcess } from '../support/adminCli.ts';
import { noneWaits } from '../support/notices.ts';
import { startForwardProxy, type ForwardProxy } from '../support/forwardProxy.ts';
import { folderOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { newEnrolled, reset } from '../support/walks.ts';

/** The services by their own names, which resolve on the proxy only. */
const CONNECTOR = 'smba.trafficmanager.net';
const NAMES = [
  'login.microsoftonline.com',
  'login.botframework.com',
  'api.twilio.com',
  CONNECTOR,
].sort();

/** A bot whose addresses are Microsoft's and Twilio's own, and which reaches them only by the proxy. */
const folder = await folderOfSuite();
const product = await productOfSuite({
  env: {
    BOT_OPENID_METADATA_URL: '',
    BOT_LOGIN_URL: '',
    BOT_SERVICE_HOSTS: '',
    TWILIO_API_URL: '',
  },
});
let proxy: ForwardProxy;
let way: Record<string, string>;

beforeAll(async () => {
  const authority = await createAuthority();
  const [teams, twilio] = [product.teams, product.twilio].map(({ url }) =>
    Number(new URL(url).port),
  );
  proxy = await startForwardProxy(
    authority,
    Object.fromEntries(NAMES.map((name) => [name, name.includes('twilio') ? twilio! : teams!])),
  );
  const caFile = join(folder, 'inspection.pem');
  await writeFile(caFile, authority.caPem);
  way = {
    NODE_USE_ENV_PROXY: '1',
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
    NO_PROXY: 'localhost,127.0.0.1',
    NODE_EXTRA_CA_CERTS: caFile,
  };
  product.teams.standBehind(`https://${CONNECTOR}`);
  await product.end();
  await product.start(way);
});
afterAll(() => proxy.close());

interface Checks {
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly found: string[];
  }[];
}

/** Node.js reads its proxy at its start: a check of this process would not use it. */
async function check(): Promise<{ readonly code: number | null; readonly value: Checks }> {
  const { code, stdout } = await runAdminProcess({ ...product.env, ...way }, ['check', '--json']);
  return { code, value: JSON.parse(stdout) as Checks };
}

describe('a network whose only way out is a forward proxy', () => {
  it('carries all of the bot: keys, login, roster, messages, updates and SMS', async () => {
    const walker = await newEnrolled(product);
    expect(await reset(product, walker, 'Kaffe-Gardin-Moln-9')).toBe('reset.done');
    const { chat } = walker;
    const before = product.teams.sent.length;
    await chat.say('hjälp');
    await product.teams.until(() => product.teams.sent.length > before);
    expect(product.teams.sent.at(-1)).toMatchObject({ operation: 'post' });
    expect(product.teams.sent.some(({ operation }) => operation === 'update')).toBe(true);
    expect([...new Set(proxy.asked)].sort()).toEqual(NAMES.map((name) => `${name}:443`));
  });

  it('is proved by check, for a post too, which posts nothing', async () => {
    await noneWaits(product);
    const sent = [product.teams.sent.length, product.teams.created.length];
    const good = await check();
    const login = good.value.checks.find(({ name }) => name === 'login');
    expect(login?.found).toEqual(['the bot gets its token', 'posts reach the connector of Teams']);
    expect(good.code).toBe(0);
    const teams = proxy.names.get(CONNECTOR)!;
    proxy.names.delete(CONNECTOR);
    const bad = await check();
    proxy.names.set(CONNECTOR, teams);
    expect(JSON.stringify(bad.value)).toContain(`no answer from ${CONNECTOR}`);
    expect(bad.code).toBe(1);
    expect([product.teams.sent.length, product.teams.created.length]).toEqual(sent);
  });
});
