import { describe, expect, it } from '@jest/globals';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import type { OpenDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { startOpenldap } from '../../support/openldap.ts';
import { atSuiteEnd } from '../../support/suiteEnd.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startDemoWorld } from './demoWorld.ts';
import { startOpenldapWorld } from './openldapWorld.ts';

const never = new AbortController().signal;
const world = await startOpenldapWorld();
atSuiteEnd(() => world.close());
const { slapd } = world;
const [writable = ''] = world.options.urls;

describe.each([
  ['refers to another server', true],
  ['knows no other server', false],
])('a replica that %s', (_, isReferring) => {
  /** A directory that asks the replica first, and an account that the replica has. */
  async function stage(): Promise<{
    directory: OpenDirectory;
    managerId: string;
    accountId: string;
    dn: string;
  }> {
    const person = await world.newPerson();
    const { dn } = await world.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await world.idOf(person.dn), await world.idOf(dn)];
    const authority = slapd.authority;
    const replica = await startOpenldap({ authority, replicaOf: slapd, isReferring });
    atSuiteEnd(() => replica.stop());
    const first = `ldaps://${replica.host}:${String(replica.ldapsPort)}`;
    const directory = openDirectory({ ...world.options, urls: [first, writable] }, silentLog);
    atSuiteEnd(() => directory.close());
    // The replica fills by itself.
    for (;;) {
      const found = await directory
        .accountOf({ id: managerId }, accountId, never)
        .catch(() => undefined);
      if (found !== undefined) break;
    }
    return { directory, managerId, accountId, dn };
  }

  it('hands a write and an unlock on to the next server, and an inspection names it', async () => {
    const { directory, managerId, accountId, dn } = await stage();
    const [replica, other] = await directory.inspectServers(never);
    expect(replica).toMatchObject({ takesWrites: false });
    expect(other).toMatchObject({ takesWrites: true });
    const found = await directory.accountOf({ id: managerId }, accountId, never);
    const password = new Secret('Ny-Hemlighet-77');
    const write = {
      manager: { id: managerId },
      accountId,
      password,
      expectedVersion: found!.passwordVersion,
    };
    expect(await directory.writePassword(write, never)).toMatchObject({ outcome: 'written' });
    expect(await world.binds(dn, 'Ny-Hemlighet-77')).toBe(true);
    expect(await directory.unlock({ id: managerId }, accountId, never)).toBe('unlocked');
  });
});

describe('a read-only domain controller', () => {
  it('is named by an inspection, and a write that no server takes has not happened', async () => {
    const rodc = await startDemoWorld({ isReadOnly: true });
    atSuiteEnd(() => rodc.close());
    const directory = openDirectory(rodc.options, silentLog);
    atSuiteEnd(() => directory.close());
    expect(await directory.inspectServers(never)).toMatchObject([{ takesWrites: false }]);
    const person = await rodc.newPerson();
    const { dn } = await rodc.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await rodc.idOf(person.dn), await rodc.idOf(dn)];
    const found = await directory.accountOf({ id: managerId }, accountId, never);
    const password = new Secret('Ny-Hemlighet-77');
    const write = {
      manager: { id: managerId },
      accountId,
      password,
      expectedVersion: found!.passwordVersion,
    };
    await expect(directory.writePassword(write, never)).rejects.toMatchObject({
      code: 'unexpected',
    });
    expect(await rodc.binds(dn, 'Ny-Hemlighet-77')).toBe(false);
  });
});
