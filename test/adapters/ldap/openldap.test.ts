import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { textOf } from '../../../src/adapters/ldap/wire/entry.ts';
import { MAX_REMINDED } from '../../../src/ports/account.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import type { Account } from '../../../src/ports/account.ts';
import { describeDirectory } from '../../contracts/directory.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startOpenldapWorld } from './openldapWorld.ts';
import type { OpenldapWorld } from './openldapWorld.ts';

const run = promisify(execFile);

describeDirectory('OpenLDAP', startOpenldapWorld);

describe('OpenLDAP’s own ways', () => {
  let world: OpenldapWorld;
  let directory: Directory;
  const never = new AbortController().signal;

  beforeAll(async () => {
    world = await startOpenldapWorld();
    directory = openDirectory(world.options, silentLog);
  });

  afterAll(async () => {
    await directory.close();
    await world.close();
  });

  async function stage(): Promise<{
    dn: string;
    read: () => Promise<Account>;
    write: (text: string) => Promise<unknown>;
  }> {
    const person = await world.newPerson();
    const { dn } = await world.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await world.idOf(person.dn), await world.idOf(dn)];
    const read = async (): Promise<Account> =>
      (await directory.accountOf({ id: managerId }, accountId, never))!;
    const write = async (text: string): Promise<unknown> => {
      const { passwordVersion: expectedVersion } = await read();
      const password = new Secret(text);
      return directory.writePassword(
        { manager: { id: managerId }, accountId, password, expectedVersion },
        never,
      );
    };
    return { dn, read, write };
  }

  /** How many searches the server has done. */
  async function searches(): Promise<number> {
    const counter = await world.admin.read('cn=Search,cn=Operations,cn=Monitor');
    return Number(textOf(counter, 'monitorOpCompleted'));
  }

  it('refuses a service account by its UPN as one by a wrong password', async () => {
    const options = { ...world.options, bindDn: 'svc-pwbot@orebro.test' };
    const mistaken = openDirectory(options, silentLog);
    await expect(mistaken.findAccount('delat', never)).rejects.toMatchObject({
      code: 'serviceAccount',
      message: expect.stringContaining('result 34 to bind'),
    });
    await mistaken.close();
  });

  it('lets nobody in who would answer unseen: an entry with members counts as a group', async () => {
    const person = await world.newPerson();
    const group = await world.newGroup([person.dn]);
    const account = await world.idOf((await world.newAccount({ responsible: [group] })).dn);
    const manager = { id: await world.idOf(person.dn) };
    expect(await directory.accountOf(manager, account, never)).toBeDefined();
    await world.admin.put(person.dn, 'objectClass', ['inetOrgPerson', 'extensibleObject']);
    await world.admin.put(person.dn, 'member', [person.dn]);
    expect((await directory.responsibilityFor(account, never))?.managers).toEqual([]);
    expect(await directory.accountOf(manager, account, never)).toBeUndefined();
    expect(await directory.findManager(person.query, never)).toBeUndefined();
    expect((await directory.standingOf(manager, never)).accounts).toEqual([]);
  });

  it('lists a member by an attribute with an option, whom a search for the member finds', async () => {
    const [anna, bo] = [await world.newPerson(), await world.newPerson()];
    const group = await world.newGroup([anna.dn]);
    await world.admin.put(group, 'member;lang-sv', [bo.dn]);
    const account = await world.idOf((await world.newAccount({ responsible: [group] })).dn);
    const ids = [await world.idOf(anna.dn), await world.idOf(bo.dn)];
    for (const id of ids) expect(await directory.accountOf({ id }, account, never)).toBeDefined();
    const found = await directory.responsibilityFor(account, never);
    expect(found?.managers.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('reads a group of ten thousand names by a few hundred searches, and a crowd’s by a few', async () => {
    const person = await world.newPerson();
    const nested = await world.newGroup([person.dn]);
    const gone = Array.from(
      { length: 10_000 },
      (_, n) => `uid=borta${n},ou=personal,${world.slapd.base}`,
    );
    const filled = await world.newGroup([...gone, nested]);
    const crowd = await world.newGroup([...(await world.newCrowd(MAX_REMINDED + 1)), ...gone]);
    const idOfNew = async (responsible: string) =>
      world.idOf((await world.newAccount({ responsible: [responsible] })).dn);
    const [account, crowded] = [await idOfNew(filled), await idOfNew(crowd)];

    const before = await searches();
    const found = await directory.responsibilityFor(account, never);
    expect(found?.managers.map(({ id }) => id)).toEqual([await world.idOf(person.dn)]);
    const after = await searches();
    expect(after - before).toBeLessThan(300);
    const many = await directory.responsibilityFor(crowded, never);
    expect(many).toMatchObject({ managers: [], isCrowd: true });
    expect((await searches()) - after).toBeLessThan(40);
  });

  it('takes whoever answers through more names than it follows for a crowd', async () => {
    const person = await world.newPerson();
    const gone = Array.from({ length: 20_000 + 1 }, (_, n) => `uid=b${n},${world.slapd.base}`);
    const group = await world.newGroup([...gone, person.dn]);
    const { dn } = await world.newAccount({ responsible: [group] });
    const id = await world.idOf(dn);
    const found = await directory.responsibilityFor(id, never);
    expect(found).toMatchObject({ managers: [], isCrowd: true });
    const managerId = await world.idOf(person.dn);
    expect(await directory.accountOf({ id: managerId }, id, never)).toMatchObject({ id });
  });

  async function newPolicy(name: string, rules: Record<string, string>): Promise<string> {
    const dn = `cn=${name},ou=policies,${world.slapd.base}`;
    const objectClass = ['device', 'pwdPolicy'];
    await world.admin.add(dn, { objectClass, cn: name, pwdAttribute: 'userPassword', ...rules });
    return dn;
  }

  it('tells a password that was used before from one that is weak', async () => {
    const { dn, write } = await stage();
    expect(await write('Ny-Hemlighet-01')).toMatchObject({ outcome: 'written' });
    expect(await write('Ny-Hemlighet-02')).toMatchObject({ outcome: 'written' });
    const usedBefore = { outcome: 'refused', reason: 'usedBefore' };
    expect(await write('Ny-Hemlighet-01')).toEqual(usedBefore);
    expect(await write('Ny-Hemlighet-02')).toEqual(usedBefore);
    expect(await write('{SSHA}8nKVwlC5X1Vt')).toEqual({ outcome: 'refused', reason: 'policy' });
    expect(await world.binds(dn, 'Ny-Hemlighet-02')).toBe(true);
  });

  it('stores a hash, never the password', async () => {
    const { dn, write } = await stage();
    await write('Ny-Hemlighet-03');
    expect(String((await world.admin.read(dn))['userPassword'])).toMatch(/^\{SSHA\}/);
  });

  it('keeps an account locked for as long as the policy says, which may be for ever', async () => {
    const { dn, read } = await stage();
    const lockedAt = '20200101000000Z';
    await world.admin.put(dn, 'pwdAccountLockedTime', [lockedAt]);
    expect((await read()).isLocked).toBe(false);
    await world.admin.put(world.slapd.defaultPolicyDn, 'pwdLockoutDuration', ['0']);
    expect((await read()).isLocked).toBe(true);
    await world.admin.put(world.slapd.defaultPolicyDn, 'pwdLockoutDuration', ['1800']);
  });

  it('reads the policy that the account names', async () => {
    const { dn, read } = await stage();
    const policy = await newPolicy('strict', {
      pwdMinLength: '14',
      pwdCheckQuality: '2',
      pwdInHistory: '3',
      pwdLockout: 'FALSE',
      pwdMaxFailure: '5',
    });
    await world.admin.put(dn, 'pwdPolicySubentry', [policy]);
    const found = await read();
    expect(found.rules).toEqual({
      isReadable: true,
      minLength: 14,
      historyLength: 3,
      needsOldPassword: false,
      requiresComplexity: false,
    });
    expect(found.lockout.threshold).toBe('none');
    await world.admin.remove(policy);
    expect((await read()).rules.isReadable).toBe(false);
  });

  it('says that a password is too young to be changed, with or without the control', async () => {
    const { dn, read, write } = await stage();
    const policy = await newPolicy('slow', { pwdMinAge: '86400' });
    await world.admin.put(dn, 'pwdPolicySubentry', [policy]);
    expect((await read()).rules).toMatchObject({ minAgeMs: 86_400_000 });
    const tooYoung = { outcome: 'refused', reason: 'tooYoung' };
    expect(await write('Ny-Hemlighet-05')).toEqual(tooYoung);
    expect(await world.binds(dn, FIRST_PASSWORD)).toBe(true);
    await world.expire(dn);
    expect(await write('Ny-Hemlighet-05')).toMatchObject({ outcome: 'written' });
    expect(await write('Ny-Hemlighet-06')).toEqual(tooYoung);
    await world.admin.put(dn, 'pwdPolicySubentry', []);
    await world.admin.remove(policy);
  });

  it('does not guess which of several policies is the default', async () => {
    const { read } = await stage();
    const another = await newPolicy('another', {});
    const found = await read();
    expect(found).toMatchObject({
      rules: { isReadable: false },
      lockout: { threshold: 'unreadable' },
    });
    await world.admin.remove(another);
    expect((await read()).rules.isReadable).toBe(true);
  });

  it('lets the process end although a connection is kept', async () => {
    const { query } = await world.newPerson();
    const { bindPassword, ...options } = world.options;
    const source = new URL('../../../src/', import.meta.url);
    const script = `
      import { openDirectory } from '${new URL('adapters/ldap/directory.ts', source).href}';
      import { Secret } from '${new URL('domain/secret.ts', source).href}';
      const { options, bindPassword, query } = JSON.parse(process.env.INPUT);
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const directory = openDirectory({ ...options, bindPassword: new Secret(bindPassword) }, log);
      const found = await directory.findManager(query, new AbortController().signal);
      process.stdout.write(found.id);`;
    const input = JSON.stringify({ options, bindPassword: bindPassword.reveal(), query });
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, INPUT: input },
      // Less than the 30 s for which the connection is kept.
      timeout: 20_000,
    });
    expect(stdout).toHaveLength(36);
  });

  it('proves nothing by the first password once another is set', async () => {
    const { dn, write } = await stage();
    await write('Ny-Hemlighet-04');
    const proof = directory.provePassword(await world.idOf(dn), new Secret(FIRST_PASSWORD), never);
    expect(await proof).toBe('wrong');
  });

  it('follows an account to its new name and place', async () => {
    const { dn, write } = await stage();
    const unit = `ou=enhet,${world.options.accountsBase}`;
    await world.admin.add(unit, { objectClass: 'organizationalUnit' });
    const moved = `uid=flyttad,${unit}`;
    await world.admin.move(dn, moved);
    expect(await write('Ny-Hemlighet-77')).toMatchObject({ outcome: 'written' });
    expect(await world.binds(moved, 'Ny-Hemlighet-77')).toBe(true);
  });
});
