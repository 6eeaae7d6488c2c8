import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { openDirectory } from '../../../src/adapters/ldap/directory.ts';
import type { OpenDirectory } from '../../../src/adapters/ldap/directory.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { describeDirectory } from '../../contracts/directory.ts';
import { FIRST_PASSWORD } from '../../contracts/directoryWorld.ts';
import { accountsOf, PATIENT } from '../../contracts/directoryStage.ts';
import { silentLog } from '../../support/silentLog.ts';
import { startSambaWorld } from './sambaWorld.ts';
import type { SambaWorld } from './sambaWorld.ts';

let world: SambaWorld | undefined;

describeDirectory('Samba', async () => {
  world = await startSambaWorld();
  // The suite below uses the same server, which takes seconds to make.
  return { ...world, close: () => Promise.resolve() };
});

// Outside both suites: a filter by name may leave either out.
afterAll(() => world?.close());

describe('Samba’s own ways', () => {
  const never = new AbortController().signal;
  let samba: SambaWorld;
  let directory: OpenDirectory;

  beforeAll(async () => {
    samba = world ??= await startSambaWorld();
    directory = openDirectory({ ...samba.options, deadlines: PATIENT }, silentLog);
  });

  afterAll(() => directory?.close());

  it('knows the bot’s own account by its UPN and by its DOMAIN\\name too', async () => {
    const person = await samba.newPerson();
    const own = await samba.newAccount({ responsible: [person.dn] });
    const managerId = await samba.idOf(person.dn);
    expect(await accountsOf(directory, { id: managerId }, never)).toHaveLength(1);
    for (const bindDn of [`${own.name}@ad.orebro.test`, `OREBRO\\${own.name}`]) {
      const bindPassword = new Secret(FIRST_PASSWORD);
      const asOwn = openDirectory({ ...samba.options, bindDn, bindPassword }, silentLog);
      expect([bindDn, await accountsOf(asOwn, { id: managerId }, never)]).toEqual([bindDn, []]);
      await asOwn.close();
    }
  });

  it('follows an account to its new name and place', async () => {
    const person = await samba.newPerson();
    const { dn, name } = await samba.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await samba.idOf(person.dn), await samba.idOf(dn)];
    const unit = `ou=enhet${name},${samba.options.accountsBase}`;
    await samba.admin.add(unit, { objectClass: 'organizationalUnit' });
    const moved = `${dn.slice(0, dn.indexOf(','))}x,${unit}`;
    const found = await directory.accountOf({ id: managerId }, accountId, never);
    await samba.admin.move(dn, moved);
    const write = {
      manager: { id: managerId },
      accountId,
      password: new Secret('Ny-Hemlighet-77'),
      expectedVersion: found!.passwordVersion,
    };
    expect(await directory.writePassword(write, never)).toMatchObject({ outcome: 'written' });
    expect(await samba.binds(moved, 'Ny-Hemlighet-77')).toBe(true);
    expect(await directory.provePassword(accountId, new Secret('Ny-Hemlighet-77'), never)).toBe(
      'proved',
    );
  });

  it('takes the right password outside the logon hours, but none of an expired account', async () => {
    const person = await samba.newPerson();
    const { dn } = await samba.newAccount({ responsible: [person.dn] });
    const accountId = await samba.idOf(dn);
    const prove = (text: string) => directory.provePassword(accountId, new Secret(text), never);
    await samba.admin.put(dn, 'logonHours', [Buffer.alloc(21)]);
    expect(await prove(FIRST_PASSWORD)).toBe('proved');
    expect(await prove('Fel-0001-xyz')).toBe('wrong');
    await samba.admin.put(dn, 'logonHours', []);
    await samba.admin.put(dn, 'accountExpires', ['132223104000000000']);
    expect(await prove(FIRST_PASSWORD)).toBe('wrong');
  });

  it('reads the minimum age, which binds no reset without policy hints', async () => {
    const person = await samba.newPerson();
    const { dn } = await samba.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await samba.idOf(person.dn), await samba.idOf(dn)];
    await samba.admin.put(samba.samba.base, 'minPwdAge', ['-864000000000']);
    // A directory that has read the policy keeps it for a minute.
    const fresh = openDirectory(samba.options, silentLog);
    const found = await fresh.accountOf({ id: managerId }, accountId, never);
    expect(found?.rules).toMatchObject({ minAgeMs: 86_400_000 });
    const password = new Secret('Ny-Hemlighet-77');
    const write = {
      manager: { id: managerId },
      accountId,
      password,
      expectedVersion: found!.passwordVersion,
    };
    expect(await fresh.writePassword(write, never)).toMatchObject({ outcome: 'written' });
    await samba.admin.put(samba.samba.base, 'minPwdAge', ['0']);
    await fresh.close();
  });

  it('does not take a fine-grained policy that it may not read for the domain’s', async () => {
    const person = await samba.newPerson();
    const { dn } = await samba.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await samba.idOf(person.dn), await samba.idOf(dn)];
    const container = `CN=Password Settings Container,CN=System,${samba.samba.base}`;
    await samba.admin.add(`CN=Delade,${container}`, {
      objectClass: 'msDS-PasswordSettings',
      'msDS-PasswordSettingsPrecedence': '10',
      'msDS-PasswordReversibleEncryptionEnabled': 'FALSE',
      'msDS-PasswordHistoryLength': '25',
      'msDS-PasswordComplexityEnabled': 'TRUE',
      'msDS-MinimumPasswordLength': '14',
      'msDS-MinimumPasswordAge': '0',
      'msDS-MaximumPasswordAge': '-77760000000000',
      'msDS-LockoutThreshold': '3',
      'msDS-LockoutObservationWindow': '-18000000000',
      'msDS-LockoutDuration': '-18000000000',
      'msDS-PSOAppliesTo': dn,
    });
    expect(await directory.accountOf({ id: managerId }, accountId, never)).toMatchObject({
      rules: { isReadable: false },
      lockout: { threshold: 'unreadable' },
    });
    const { bindDn, bindPassword } = {
      bindDn: samba.samba.adminDn,
      bindPassword: new Secret(samba.samba.adminPassword),
    };
    const allowed = openDirectory({ ...samba.options, bindDn, bindPassword }, silentLog);
    expect(await allowed.accountOf({ id: managerId }, accountId, never)).toMatchObject({
      rules: { isReadable: true, minLength: 14, historyLength: 25 },
      lockout: { threshold: 3 },
    });
    await allowed.close();
  });

  it('shows a service account that is in a privileged group, and one that is not', async () => {
    expect(await directory.inspect(never)).toMatchObject({
      dialect: 'activeDirectory',
      serviceAccount: 'ordinary',
    });
    const bindDn = samba.samba.adminDn;
    const bindPassword = new Secret(samba.samba.adminPassword);
    const admin = openDirectory(
      { ...samba.options, bindDn, bindPassword, deadlines: PATIENT },
      silentLog,
    );
    const seen = await admin.inspect(never);
    expect(seen).toMatchObject({ serviceAccount: 'privileged' });
    await admin.close();
  });

  it('leaves room below the lockout for the manager when the bot stops at three', async () => {
    const person = await samba.newPerson();
    const { dn } = await samba.newAccount({ responsible: [person.dn] });
    const [managerId, accountId] = [await samba.idOf(person.dn), await samba.idOf(dn)];
    for (let time = 1; time <= 3; time += 1) {
      await directory.provePassword(accountId, new Secret('Fel-0001-xyz'), never);
    }
    expect(await directory.accountOf({ id: managerId }, accountId, never)).toMatchObject({
      isLocked: false,
      lockout: { threshold: 5, recentFailures: 3 },
    });
  });
});
