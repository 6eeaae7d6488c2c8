import dns from 'node:dns';

import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import type { Account, DirectoryManager } from '../../../src/ports/account.ts';
import { REQUEST, startLdapProxy } from '../../support/ldapProxy.ts';
import type { LdapProxy } from '../../support/ldapProxy.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startDemoWorld } from './demoWorld.ts';
import type { DemoWorld } from './demoWorld.ts';

const ADDRESSES = ['127.0.0.1', '127.0.0.2'];
const NEW_PASSWORD = 'Ny-Hemlighet-77';

describe('two controllers behind one name', () => {
  let world: DemoWorld;
  let first: LdapProxy;
  let second: LdapProxy;
  let url: string;
  let directory: Directory;
  let manager: DirectoryManager;
  let account: Account;
  const never = new AbortController().signal;

  beforeAll(async () => {
    world = await startDemoWorld();
  });

  beforeEach(async () => {
    const upstream = { host: world.host, port: world.ldapsPort };
    first = await startLdapProxy(upstream, world.authority);
    const port = Number(new URL(first.url).port);
    second = await startLdapProxy(upstream, world.authority, { address: '127.0.0.2', port });
    url = `ldaps://localhost:${String(port)}`;
    directory = openDirectory({ ...world.options, urls: [url] }, silentLog);
    const person = await world.newPerson();
    const { dn } = await world.newAccount({ responsible: [person.dn] });
    const setUp = openDirectory(world.options, silentLog);
    manager = (await setUp.findManager(person.query, never))!;
    account = (await setUp.accountOf(manager, await world.idOf(dn), never))!;
    await setUp.close();
    resolveInTurn();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await directory.close();
    await first.close();
    await second.close();
  });

  afterAll(async () => {
    await world.close();
  });

  /** The name gives another of its addresses each time, as name servers do for a domain. */
  function resolveInTurn(): void {
    let asked = 0;
    const lookup = (
      _host: string,
      { all }: dns.LookupOptions,
      answer: (error: null, found: unknown, family?: number) => void,
    ): void => {
      const address = ADDRESSES[asked % ADDRESSES.length]!;
      asked += 1;
      process.nextTick(() => {
        if (all === true) answer(null, [{ address, family: 4 }]);
        else answer(null, address, 4);
      });
    };
    jest.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
  }

  const password = new Secret(NEW_PASSWORD);
  const write = () =>
    directory.writePassword(
      {
        manager,
        accountId: account.id,
        password,
        expectedVersion: account.passwordVersion,
      },
      never,
    );

  it('are told apart: a write is confirmed by the one that it went to', async () => {
    second.treat = () => 'drop';
    expect(await write()).toMatchObject({ outcome: 'written' });
    expect([first.connections, second.connections]).toEqual([1, 0]);
  });

  it('are told apart: a lost write is looked for at the one that it went to', async () => {
    first.treat = (operation) => (operation === REQUEST.modify ? 'applyThenDrop' : 'pass');
    const server = `${url} 127.0.0.1`;
    expect(await write()).toEqual({ outcome: 'unknown', server });
    const traces = await directory.readWrite({ accountId: account.id, password, server }, never);
    expect(traces).toMatchObject({ server, binds: true });
    expect(second.connections).toBe(0);
    await first.close();
    const late = directory.readWrite({ accountId: account.id, server }, never);
    await expect(late).rejects.toMatchObject({ code: 'unreachable' });
    expect(second.connections).toBe(0);
  });

  it('are found by the name alone too, and say which one answered', async () => {
    const { servers } = directory;
    expect(servers).toEqual([url]);
    for (const address of ADDRESSES) {
      const traces = await directory.readWrite(
        { accountId: account.id, server: servers[0]! },
        never,
      );
      expect(traces?.server).toBe(`${url} ${address}`);
    }
  });
});
