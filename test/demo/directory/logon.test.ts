import { afterEach, describe, expect, it } from '@jest/globals';
import { fileTime } from '../../../demo/directory/values.ts';
import { MINUTE_MS } from '../../../src/domain/durations.ts';
import { ACCOUNT_PASSWORD, outcome, startDirectory, stopAll } from './running.ts';

afterEach(stopAll);

const refused = (subCode: string) =>
  expect.stringContaining(`AcceptSecurityContext error, data ${subCode}, v4563`);

/** The answer to a bind as the account. */
async function bindOutcome(
  running: Awaited<ReturnType<typeof startDirectory>>,
  password = ACCOUNT_PASSWORD,
  name = running.account.dn,
): Promise<string> {
  const client = running.newClient();
  const result = await outcome(client.bind(name, password));
  await client.unbind();
  return result;
}

describe('a bind to the demo directory', () => {
  it('takes a DN, a UPN and NETBIOS\\name', async () => {
    const running = await startDirectory();
    for (const name of [
      running.account.dn.toUpperCase(),
      'HEMVARD@ad.orebro.example',
      'orebro\\hemvard',
    ]) {
      expect(await bindOutcome(running, ACCOUNT_PASSWORD, name)).toBe('ok');
    }
    expect(running.directory.bindsOf(running.account.dn)).toBe(3);
  });

  it('takes the account with an empty password as nobody', async () => {
    const running = await startDirectory();
    const client = running.newClient();

    await client.bind(running.account.dn, '');

    expect(await outcome(client.search(running.directory.base))).toContain('000004DC');
    expect(running.directory.bindsOf(running.account.dn)).toBe(0);
  });

  it('refuses a password that comes in clear', async () => {
    const { newClient, ports, service } = await startDirectory();
    const client = newClient(`ldap://127.0.0.1:${ports.ldapPort}`);

    expect(await outcome(client.bind(service.dn, 'x'))).toContain('00002028');
  });

  it('begins TLS on the plain port', async () => {
    const { newClient, ports, account, caPem } = await startDirectory();
    const client = newClient(`ldap://127.0.0.1:${ports.ldapPort}`);

    await client.startTLS({ ca: caPem, host: '127.0.0.1' });
    await client.bind(account.dn, ACCOUNT_PASSWORD);

    expect((await client.search(account.dn, { scope: 'base' })).searchEntries).toHaveLength(1);
  });

  it('says why the right password does not do', async () => {
    const running = await startDirectory({ clock: () => Date.UTC(2026, 10, 23, 12) });
    const { directory, account } = running;
    const put = (attribute: string, value: string | Buffer) =>
      directory.put(account.dn, attribute, value);
    const set = directory.get(account.dn, 'pwdLastSet');

    put('userAccountControl', '514');
    expect(await bindOutcome(running)).toEqual(refused('533'));
    put('userAccountControl', '512');
    put('accountExpires', fileTime(directory.clock() - 1));
    expect(await bindOutcome(running)).toEqual(refused('701'));
    put('accountExpires', '0');
    put('logonHours', Buffer.alloc(21));
    expect(await bindOutcome(running)).toEqual(refused('530'));
    put('logonHours', Buffer.alloc(21, 255));
    put('userWorkstations', 'PC1');
    expect(await bindOutcome(running)).toEqual(refused('531'));
    directory.put(account.dn, 'userWorkstations', []);
    put('pwdLastSet', '0');
    expect(await bindOutcome(running)).toEqual(refused('773'));
    put('pwdLastSet', fileTime(directory.clock() - 91 * 24 * 60 * MINUTE_MS));
    expect(await bindOutcome(running)).toEqual(refused('532'));
    directory.put(account.dn, 'pwdLastSet', set);
    expect(await bindOutcome(running)).toBe('ok');
  });

  it('says only 52e to a wrong password, and 525 to an unknown name', async () => {
    const running = await startDirectory();
    running.directory.put(running.account.dn, 'userAccountControl', '514');

    expect(await bindOutcome(running, 'fel')).toEqual(refused('52e'));
    expect(await bindOutcome(running, 'x', 'nobody@ad.orebro.example')).toEqual(refused('525'));
  });

  it('locks after the threshold, for right and wrong passwords, until the duration ends', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const running = await startDirectory({
      clock: () => now,
      policy: { lockoutThreshold: 3, lockoutMs: 10 * MINUTE_MS },
    });
    const { directory, account } = running;

    for (let n = 0; n < 3; n += 1) {
      expect(await bindOutcome(running, 'fel')).toEqual(refused('52e'));
    }
    expect(await bindOutcome(running)).toEqual(refused('775'));
    expect(await bindOutcome(running, 'fel')).toEqual(refused('775'));
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['3']);
    expect(directory.get(account.dn, 'msDS-User-Account-Control-Computed')).toEqual(['16']);

    now += 10 * MINUTE_MS;
    expect(directory.get(account.dn, 'lockoutTime')).not.toEqual(['0']);
    expect(directory.get(account.dn, 'msDS-User-Account-Control-Computed')).toEqual(['0']);
    expect(await bindOutcome(running)).toBe('ok');
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['0']);
    expect(directory.get(account.dn, 'lockoutTime')).toEqual(['0']);
  });

  it('counts anew after the observation window, and keeps showing the old count', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const running = await startDirectory({
      clock: () => now,
      policy: { observationMs: 5 * MINUTE_MS },
    });
    const { directory, account } = running;
    for (let n = 0; n < 3; n += 1) await bindOutcome(running, 'fel');

    now += 5 * MINUTE_MS;
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['3']);
    await bindOutcome(running, 'fel');
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['1']);
  });

  it('does not count the former password, and takes it where that is allowed', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const running = await startDirectory({
      clock: () => now,
      oldPasswordAllowedMs: 60 * MINUTE_MS,
    });
    const { directory, account } = running;
    directory.setPassword(account.dn, 'Nytt-lösen22');

    expect(await bindOutcome(running)).toBe('ok');
    now += 60 * MINUTE_MS;
    expect(await bindOutcome(running)).toEqual(refused('52e'));
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['0']);
  });
});
