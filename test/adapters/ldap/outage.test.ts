import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createAuthority, type Authority } from '../../../demo/certificates.ts';
import { DemoDirectory } from '../../../demo/directory/server.ts';
import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { accountsOf } from '../../contracts/directoryStage.ts';
import { silentLog } from '../../support/silentLog.ts';

const OUTAGE_MS = 4_000;
const USERS = 50;
const BASE = 'DC=orebro,DC=test';
const NOBODY = '00000000-0000-4000-8000-000000000000';
const SERVICE_PASSWORD = 'Tjanst-konto-Hemligt-77';

/** A port whose service is gone: takes a connection and ends it at once. */
async function startDeadServer(): Promise<{ server: Server; url: string; connects: number[] }> {
  const connects: number[] = [];
  const server = createServer((socket) => {
    connects.push(Date.now());
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `ldaps://127.0.0.1:${String(port)}`, connects };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A directory that does not listen yet, with a service account. */
async function createDemo(
  by?: Authority,
): Promise<{ server: DemoDirectory; caPem: string; dn: string }> {
  const authority = by ?? (await createAuthority());
  const names = { commonName: 'dc1', dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  const server = new DemoDirectory({ tls: await authority.issue(names), base: BASE });
  closing.push(() => server.close());
  for (const unit of ['Delade', 'Personal']) server.organizationalUnit(unit);
  const { dn } = server.user({ name: 'svc', password: SERVICE_PASSWORD });
  return { server, caPem: authority.caPem, dn };
}

function open(urls: readonly string[], ca?: string, bindDn = `CN=svc,${BASE}`): Directory {
  const directory = openDirectory(
    {
      urls,
      ...(ca === undefined ? {} : { ca }),
      bindDn,
      bindPassword: new Secret(SERVICE_PASSWORD),
      accountsBase: `OU=Delade,${BASE}`,
      managersBase: `OU=Personal,${BASE}`,
      responsibleAttribute: 'manager',
    },
    silentLog,
  );
  closing.push(() => directory.close());
  return directory;
}

/** Each caller asks again as soon as it is refused. */
async function insist(directory: Directory, until: AbortSignal): Promise<number> {
  let refused = 0;
  while (!until.aborted) {
    try {
      await accountsOf(directory, { id: NOBODY }, until);
    } catch {
      refused += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return refused;
}

describe('a directory that is down', () => {
  it.each([1, 2])(
    'is asked for a connection once a second by fifty users, with %i servers',
    async (count) => {
      const dead = await Promise.all(Array.from({ length: count }, startDeadServer));
      closing.push(
        ...dead.map(
          ({ server }) =>
            () =>
              server.close(),
        ),
      );
      const directory = open(dead.map(({ url }) => url));
      const began = performance.now();
      const end = AbortSignal.timeout(OUTAGE_MS);
      const refused = await Promise.all(
        Array.from({ length: USERS }, () => insist(directory, end)),
      );
      // On a busy machine the outage lasts longer.
      const seconds = (performance.now() - began) / 1_000;
      const connects = dead.flatMap((server) => server.connects).length;
      // One more for each server: the first find of the outage needs no rest.
      expect(connects).toBeLessThanOrEqual(Math.ceil(seconds) + count);
      expect(connects).toBeGreaterThanOrEqual(2);
      expect(Math.min(...refused)).toBeGreaterThan(0);
    },
  );

  it.each(['bind', 'search'])(
    'is no better off for agreeing to TLS and falling silent at the %s',
    async (step) => {
      const { server, caPem, dn } = await createDemo();
      const { ldapsPort } = await server.listen();
      const directory = open([`ldaps://127.0.0.1:${String(ldapsPort)}`], caPem, dn);
      server.fault = ({ name }) => (name === step ? 'drop' : undefined);
      const began = performance.now();
      const end = AbortSignal.timeout(OUTAGE_MS);
      await Promise.all(Array.from({ length: USERS }, () => insist(directory, end)));
      const seconds = (performance.now() - began) / 1_000;
      expect(server.connections).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
      expect(server.connections).toBeGreaterThanOrEqual(2);
    },
  );

  it('is found as soon as it is up, also where the clock was set back meanwhile', async () => {
    const { server, caPem, dn } = await createDemo();
    const dead = await startDeadServer();
    const directory = open([dead.url], caPem, dn);
    const find = (): Promise<unknown> =>
      accountsOf(directory, { id: NOBODY }, AbortSignal.timeout(60_000));
    await expect(find()).rejects.toMatchObject({ code: 'unreachable' });
    dead.server.close();
    await once(dead.server, 'close');
    await server.listen({ ldapsPort: Number(new URL(dead.url).port) });
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() - 3_600_000);
    closing.push(() => {
      clock.mockRestore();
    });
    expect(await find()).toEqual([]);
  });
});

describe('a directory that is slow to let in', () => {
  const SLOW_MS = 600;
  const HASTY_MS = 100;

  /** A hasty caller and a patient one, who wait for the same connection; gives the patient one's result. */
  async function patientBesideHasty(directory: Directory): Promise<unknown> {
    const hasty = directory.managerById(NOBODY, AbortSignal.timeout(HASTY_MS));
    const patient = directory.managerById(NOBODY, new AbortController().signal);
    const [, served] = await Promise.all([
      expect(hasty).rejects.toMatchObject({ code: 'unreachable' }),
      patient,
    ]);
    return served;
  }

  it('serves those who wait, whoever before them has stopped waiting', async () => {
    const { server, caPem, dn } = await createDemo();
    const { ldapsPort } = await server.listen();
    const directory = open([`ldaps://127.0.0.1:${String(ldapsPort)}`], caPem, dn);
    server.fault = ({ name }) => (name === 'bind' ? { delayMs: SLOW_MS } : undefined);
    expect(await patientBesideHasty(directory)).toBeUndefined();
  });

  it('stays the first one, since nothing is wrong with it', async () => {
    const authority = await createAuthority();
    const [first, second] = [await createDemo(authority), await createDemo(authority)];
    const ports = [await first.server.listen(), await second.server.listen()];
    const urls = ports.map(({ ldapsPort }) => `ldaps://127.0.0.1:${String(ldapsPort)}`);
    const directory = open(urls, first.caPem, first.dn);
    first.server.fault = ({ name }) => (name === 'bind' ? { delayMs: SLOW_MS } : undefined);
    await patientBesideHasty(directory);
    await directory.managerById(NOBODY, new AbortController().signal);
    expect(second.server.operations.size).toBe(0);
  });
});
