import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Operation } from '../../../demo/directory/server.ts';
import { openDirectory, type OpenDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Account, DirectoryManager } from '../../../src/ports/account.ts';
import { describeDirectory } from '../../contracts/directory.ts';
import { accountsOf, PATIENT, readAgain } from '../../contracts/directoryStage.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import type { WorldAccount } from '../../contracts/directoryWorld.ts';
import { endChildren, startNode } from '../store/child.ts';
import { startRecordingServer } from '../../support/recordingServer.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startDemoWorld } from './demoWorld.ts';
import type { DemoWorld } from './demoWorld.ts';

const SOURCE = new URL('../../../src/', import.meta.url);
const NEW_PASSWORD = 'Ny-Hemlighet-77';
const POLICY_HINTS = '1.2.840.113556.1.4.2239';
const OLD_POLICY_HINTS = '1.2.840.113556.1.4.2066';
const PAGED_RESULTS = '1.2.840.113556.1.4.319';

// Groups with more members than stand in one answer (1 500 in Active Directory) are met all the time so.
describeDirectory('the demo directory', () => startDemoWorld({ maxValueRange: 20 }));

describe('Active Directory’s own ways', () => {
  let world: DemoWorld;
  let directory: OpenDirectory;
  let manager: DirectoryManager;
  let target: WorldAccount;
  let account: Account;
  const never = new AbortController().signal;

  beforeAll(async () => {
    world = await startDemoWorld();
    directory = openDirectory(world.options, silentLog);
  });

  beforeEach(async () => {
    const person = await world.newPerson();
    target = await world.newAccount({ responsible: [person.dn] });
    manager = (await directory.findManager(person.query, never))!;
    account = (await accountsOf(directory, manager, never))[0]!;
  });

  afterEach(() => {
    world.demo.fault = undefined;
    endChildren();
  });

  afterAll(async () => {
    await directory.close();
    await world.close();
  });

  const faultAt = (name: Operation['name'], fault: readonly [number, string]): void => {
    world.demo.fault = (operation) =>
      operation.name === name && operation.dn.toLowerCase() === target.dn.toLowerCase()
        ? fault
        : undefined;
  };

  const write = (text = NEW_PASSWORD, on = directory) =>
    on.writePassword(
      {
        manager,
        accountId: account.id,
        password: new Secret(text),
        expectedVersion: account.passwordVersion,
      },
      never,
    );

  it('is asked on fifty kept connections at most', async () => {
    // A busy machine may be late for one of so many handshakes.
    const crowded = openDirectory({ ...world.options, deadlines: PATIENT }, silentLog);
    let binds = 0;
    world.demo.fault = ({ name }) => {
      if (name === 'bind') binds += 1;
      return undefined;
    };
    const counts: number[] = [];
    try {
      for (let crowd = 0; crowd < 2; crowd += 1) {
        await Promise.all(Array.from({ length: 51 }, () => crowded.managerById(manager.id, never)));
        counts.push(binds);
      }
    } finally {
      await crowded.close();
    }
    expect(counts).toEqual([51, 52]);
  });

  it('works with a service account of another domain, to which the server refers', async () => {
    world.demo.fault = ({ name, dn }) =>
      name === 'search' && dn === world.options.bindDn ? [10, 'referral'] : undefined;
    const another = openDirectory(world.options, silentLog);
    try {
      expect(await accountsOf(another, manager, never)).toMatchObject([{ id: account.id }]);
      expect(await another.inspectServiceAccount(never)).toBe('unseen');
    } finally {
      await another.close();
    }
  });

  it('sweeps through more accounts than one page holds', async () => {
    for (let n = 0; n < 520; n += 1) await world.newAccount({ responsible: [] });
    const names = new Set<string>();
    const sizes: number[] = [];
    await directory.sweepAccounts((page) => {
      sizes.push(page.length);
      for (const { name } of page) names.add(name);
      return Promise.resolve();
    }, never);
    expect(sizes.slice(0, -1)).toEqual([250, 250]);
    expect(sizes.at(-1)).toBeGreaterThan(20);
    expect(names.size).toBe(sizes.reduce((sum, size) => sum + size));
  });

  /** Lets the first page of a sweep come, and never answers for the next one. */
  const holdSecondPage = (): { asked: number } => {
    const pages = { asked: 0 };
    world.demo.fault = ({ name, dn }) => {
      if (name !== 'search' || dn !== world.options.accountsBase) return undefined;
      pages.asked += 1;
      return pages.asked === 2 ? 'hang' : undefined;
    };
    return pages;
  };

  it('asks for the next page of a sweep while one is worked off', async () => {
    const pages = holdSecondPage();
    const sweep = directory.sweepAccounts(async () => {
      for (let waited = 0; pages.asked < 2 && waited < 400; waited += 1) await pause(10);
      throw new Error(`asked for ${String(pages.asked)}`);
    }, never);
    await expect(sweep).rejects.toThrow('asked for 2');
  });

  it('ends no process with a page that is not asked for any more', async () => {
    holdSecondPage();
    const script = `
      const { openDirectory } = await import('${SOURCE.href}adapters/ldap/directory.ts');
      const { Secret } = await import('${SOURCE.href}domain/secret.ts');
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const options = JSON.parse(process.argv[1]);
      options.bindPassword = new Secret(options.bindPassword);
      const directory = openDirectory(options, log);
      const work = () => Promise.reject(new Error('no room'));
      await directory.sweepAccounts(work, new AbortController().signal).catch(() => undefined);
      await directory.close();
      console.log('goes on');`;
    const { options } = world;
    const given = { ...options, bindPassword: options.bindPassword.reveal() };
    const child = startNode(script, JSON.stringify(given));
    expect(await child.ended).toEqual({ code: 0, output: 'goes on\n' });
  });

  it('reads the Entra object id of those who answer, where it is one', async () => {
    const [asa, bo] = [await world.newPerson(), await world.newPerson()];
    const id = '0B6F0A53-8F0E-4A0F-9C55-1D5A0F6D7E01';
    world.demo.put(asa.dn, 'msDS-ExternalDirectoryObjectId', `User_${id}`);
    world.demo.put(bo.dn, 'msDS-ExternalDirectoryObjectId', 'Group_x');
    await world.setResponsible(target.dn, [asa.dn, bo.dn]);
    const found = await directory.responsibilityFor(account.id, never);
    const ids = found?.managers.map(({ aadObjectId }) => aadObjectId);
    expect(ids?.toSorted()).toEqual([id.toLowerCase(), undefined]);
  });

  it.each([
    ['530', 'proved'],
    ['531', 'proved'],
    ['532', 'proved'],
    ['773', 'proved'],
    ['775', 'locked'],
    ['52e', 'wrong'],
    ['525', 'wrong'],
    ['533', 'wrong'],
    ['701', 'wrong'],
  ])('takes a bind refused for reason %s as %s', async (reason, outcome) => {
    const text = `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${reason}, v4563\0`;
    faultAt('bind', [49, text]);
    const proof = directory.provePassword(account.id, new Secret(FIRST_PASSWORD), never);
    expect(await proof).toBe(outcome);
  });

  it.each(['52f', '568', '569', '57', '51f'])(
    'learns nothing of the password from a bind refused for reason %s',
    async (reason) => {
      const text = `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${reason}, v4563\0`;
      faultAt('bind', [49, text]);
      const proof = directory.provePassword(account.id, new Secret(FIRST_PASSWORD), never);
      await expect(proof).rejects.toMatchObject({
        code: 'undecided',
        detail: `reason ${reason} to bind`,
      });
      // The server took the write, and the version has moved: that decides.
      expect(await write()).toMatchObject({ outcome: 'written' });
      const traces = await directory.readWrite(
        {
          accountId: account.id,
          password: new Secret(NEW_PASSWORD),
          server: directory.servers[0]!,
        },
        never,
      );
      expect(traces).toMatchObject({ binds: 'undecided' });
    },
  );

  it('refuses a logon over the network only to who knows the password', async () => {
    world.demo.denyNetworkLogon(target.dn);
    const prove = (text: string) => directory.provePassword(account.id, new Secret(text), never);
    await expect(prove(FIRST_PASSWORD)).rejects.toMatchObject({ code: 'undecided' });
    expect(await prove('Fel-0001-xyz')).toBe('wrong');
  });

  it('resets with the critical policy hints, flag 1, and lifts the lockout in the same write', async () => {
    expect(await write()).toMatchObject({ outcome: 'written' });
    const sent = world.demo.writes.at(-1);
    expect(sent?.attributes).toEqual(['unicodePwd', 'lockoutTime']);
    expect(sent?.controls).toEqual([
      { oid: POLICY_HINTS, isCritical: true, value: Buffer.from('3003020101', 'hex') },
    ]);
  });

  it('writes a password before the minimum age as an administrator does, where nothing else is wrong', async () => {
    world.demo.setPolicy({ minAgeMs: 24 * 3_600_000 });
    // A directory that has read the policy keeps it for a minute.
    const fresh = openDirectory(world.options, silentLog);
    try {
      account = (await fresh.accountOf(manager, account.id, never))!;
      expect(account.rules).toMatchObject({ minAgeMs: 24 * 3_600_000 });
      expect(await write('enkeltenkelt', fresh)).toEqual({ outcome: 'refused', reason: 'policy' });
      const first = world.demo.writes.length;
      const named = `Kaffe-${target.name}-9`;
      expect(await write(named, fresh)).toEqual({ outcome: 'refused', reason: 'policy' });
      const before = world.demo.writes.length;
      expect(before - first).toBe(1);
      expect(await write(NEW_PASSWORD, fresh)).toMatchObject({
        outcome: 'written',
        isBeforeMinAge: true,
      });
      const sent = world.demo.writes
        .slice(before)
        .map(({ controls }) => controls.map(({ oid }) => oid));
      expect(sent).toEqual([[POLICY_HINTS], []]);
    } finally {
      world.demo.setPolicy({});
      await fresh.close();
    }
  });

  it.each([
    ['writes no password', () => write()],
    ['lifts no lockout', () => directory.unlock(manager, account.id, never)],
    ['tries no password', () => directory.provePassword(account.id, new Secret('Fel-1'), never)],
  ])('%s after it stood still: another one may have done so since', async (_, change) => {
    const now = performance.now.bind(performance);
    const [writes, binds] = [world.demo.writes.length, world.demo.bindsOf(target.dn)];
    // As if the process stopped while it waits for this answer: it sees the answer first, and then its timers.
    world.demo.fault = ({ name, dn }) => {
      if (name === 'search' && dn !== '') performance.now = () => now() + 60_000;
      return undefined;
    };
    try {
      await expect(change()).rejects.toMatchObject({ code: 'unreachable' });
    } finally {
      performance.now = now;
    }
    expect(world.demo.writes).toHaveLength(writes);
    expect(world.demo.bindsOf(target.dn)).toBe(binds);
  });

  it('is not taken for away where the process stood still', async () => {
    const now = performance.now.bind(performance);
    const told: string[] = [];
    const log = { ...silentLog, warn: (_: unknown, message: string) => told.push(message) };
    const certificateSeen = (): void => {
      performance.now = () => now() + 60_000;
    };
    const slow = openDirectory({ ...world.options, certificateSeen }, log);
    try {
      await expect(slow.hasEntry(manager.id, never)).rejects.toMatchObject({
        code: 'unreachable',
        detail: 'time is up',
      });
    } finally {
      performance.now = now;
      await slow.close();
    }
    expect(told).toEqual([]);
  });

  it('has the history refused by the directory, without knowing why', async () => {
    expect(await write(FIRST_PASSWORD)).toEqual({ outcome: 'refused', reason: 'policy' });
  });

  it.each([
    [19, '0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: problem 1005\n\0'],
    [53, '0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n\0'],
  ])('knows a refusal by policy under result %i', async (code, text) => {
    faultAt('modify', [code, text]);
    expect(await write()).toEqual({ outcome: 'refused', reason: 'policy' });
  });

  it.each([
    [
      50,
      '00000005: SecErr: DSID-031A11D5, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0\n\0',
      'noRights',
    ],
    [
      53,
      '0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n\0',
      'unexpected',
    ],
    [19, '00000057: AtrErr: DSID-03191083\n\0', 'unexpected'],
    [51, '0000200E: SvcErr: DSID-031A12D2, problem 5001 (BUSY), data 0\n\0', 'unreachable'],
  ])('throws on result %i "%s"', async (code, text, expected) => {
    faultAt('modify', [code, text]);
    const error: unknown = await write().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'DirectoryError', code: expected });
    // Requirement D9: nothing of the directory's own text leaves the adapter.
    expect(String(error)).not.toMatch(/DSID|problem|DC=/);
    expect(await world.binds(target.dn, FIRST_PASSWORD)).toBe(true);
  });

  it('asks with the older control, or none, where the server offers no better', async () => {
    for (const [offered, expected] of [
      [[PAGED_RESULTS, OLD_POLICY_HINTS], [OLD_POLICY_HINTS]],
      [[PAGED_RESULTS], []],
    ] as const) {
      const old = await startDemoWorld({ supportedControls: offered });
      const person = await old.newPerson();
      await old.newAccount({ responsible: [person.dn] });
      const one = openDirectory(old.options, silentLog);
      const { id: managerId } = (await one.findManager(person.query, never))!;
      const [found] = await accountsOf(one, { id: managerId }, never);
      const { id: accountId, passwordVersion: expectedVersion } = found!;
      const password = new Secret(NEW_PASSWORD);
      const outcome = await one.writePassword(
        { manager: { id: managerId }, accountId, password, expectedVersion },
        never,
      );
      expect(outcome).toMatchObject({ outcome: 'written' });
      expect(old.demo.writes.at(-1)?.controls.map(({ oid }) => oid)).toEqual(expected);
      await one.close();
      await old.close();
    }
  });

  it('reads the fine-grained policy of an account', async () => {
    const rules = { minLength: 12, historyLength: 25, maxAgeMs: Infinity, lockoutThreshold: 9 };
    world.demo.passwordSettings('PSO-1', rules, [target.dn]);
    const found = await directory.accountOf(manager, account.id, never);
    expect(found?.rules).toEqual({
      isReadable: true,
      minLength: 12,
      historyLength: 25,
      requiresComplexity: true,
      forbiddenNames: [target.name, 'Hemvården'],
    });
    expect(found?.lockout.threshold).toBe(9);
    expect(found?.passwordExpiresAt).toBeUndefined();
  });

  it.each(['nameOnly', 'hidden'] as const)(
    'says that a fine-grained policy is unreadable (%s)',
    async (visibility) => {
      world.demo.passwordSettings(`PSO-${visibility}`, {}, [target.dn], { visibility });
      const found = await directory.accountOf(manager, account.id, never);
      expect(found).toMatchObject({
        rules: { isReadable: false },
        lockout: { threshold: 'unreadable' },
      });
    },
  );

  it('reads all accounts of a manager, page by page', async () => {
    const small = await startDemoWorld({ maxPageSize: 3 });
    const person = await small.newPerson();
    for (let made = 0; made < 8; made += 1) await small.newAccount({ responsible: [person.dn] });
    const one = openDirectory(small.options, silentLog);
    const { id } = (await one.findManager(person.query, never))!;
    expect(await accountsOf(one, { id }, never)).toHaveLength(8);
    await one.close();
    await small.close();
  });

  it('inspects accounts for which a person of another domain answers, to which the server refers', async () => {
    const responsible = 'CN=Anna,DC=annan,DC=example';
    const small = await startDemoWorld();
    const one = openDirectory(small.options, silentLog);
    const { name } = await small.newAccount({ responsible: [responsible] });
    small.demo.fault = (operation) =>
      operation.name === 'search' && operation.dn === responsible ? [10, 'referral'] : undefined;
    const { accounts } = await one.inspect(never);
    expect(accounts).toMatchObject([{ name, isCrowd: false }]);
    await one.close();
    await small.close();
  });

  it('takes whoever answers through more names than it follows for a crowd, also where these fill whole answers', async () => {
    const large = await startDemoWorld({ maxValueRange: 5_000 });
    const wide = openDirectory(large.options, silentLog);
    try {
      const person = await large.newPerson();
      const gone = Array.from({ length: 20_000 }, (_, n) => `CN=b${n},${large.demo.base}`);
      const group = await large.newGroup([...gone, person.dn]);
      const id = await large.idOf((await large.newAccount({ responsible: [group] })).dn);
      const found = await wide.responsibilityFor(id, never);
      expect(found).toMatchObject({ managers: [], isCrowd: true });
    } finally {
      await wide.close();
      await large.close();
    }
  });

  it('does not count a bind that never reached the account’s own password', async () => {
    const binds = world.demo.bindsOf(target.dn);
    for (const blank of ['', '  ']) {
      expect(await directory.provePassword(account.id, new Secret(blank), never)).toBe('wrong');
    }
    expect(world.demo.bindsOf(target.dn)).toBe(binds);
  });

  it('waits for one try a second while no server answers', async () => {
    const down = openDirectory(world.options, silentLog);
    world.demo.fault = ({ name }) => (name === 'connect' ? 'drop' : undefined);
    await expect(down.managerById(manager.id, never)).rejects.toMatchObject({
      code: 'unreachable',
    });
    const before = world.demo.connections;
    const many = Array.from({ length: 20 }, () => down.managerById(manager.id, never));
    const outcomes = await Promise.allSettled(many);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(world.demo.connections - before).toBe(1);
    world.demo.fault = undefined;
    expect(await down.managerById(manager.id, never)).toEqual(readAgain(manager));
    await down.close();
  });

  it('asks a server that did not answer only after the others, for a while', async () => {
    let connections = 0;
    const silent = await startRecordingServer(() => (connections += 1));
    const urls = [`ldaps://127.0.0.1:${silent.port}`, ...world.options.urls];
    const two = openDirectory({ ...world.options, urls }, silentLog);
    const started = Date.now();
    expect(await two.unlock(manager, account.id, never)).toBe('unlocked');
    expect(Date.now() - started).toBeGreaterThan(2_900);
    expect(connections).toBe(1);
    expect(await two.unlock(manager, account.id, never)).toBe('unlocked');
    expect(connections).toBe(1);
    await two.close();
    await silent.close();
  });

  it('gives up on a server that takes a request and says nothing, after 5 s', async () => {
    const silent = openDirectory(world.options, silentLog);
    world.demo.fault = ({ name }) => (name === 'search' ? 'hang' : undefined);
    const started = Date.now();
    await expect(silent.managerById(manager.id, never)).rejects.toMatchObject({
      code: 'unreachable',
    });
    expect(Date.now() - started).toBeGreaterThan(4_900);
    // It would else wait for ever.
    expect(Date.now() - started).toBeLessThan(60_000);
    await silent.close();
  });
});
