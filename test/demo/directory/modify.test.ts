import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ACCOUNT_PASSWORD,
  POLICY_HINTS,
  PolicyHints,
  change,
  outcome,
  replace,
  reset,
  startDirectory,
  stopAll,
} from './running.ts';

afterEach(stopAll);

const NEW_PASSWORD = 'Nytt-lösen-22';
const RESET_REFUSED = expect.stringMatching(/^53 0000052D: SvcErr/);
const CHANGE_REFUSED = expect.stringMatching(/^19 0000052D: AtrErr/);

describe('a password write to the demo directory', () => {
  it('lets the service account reset below its unit, any earlier password included', async () => {
    const { directory, account, asService, newClient } = await startDirectory();
    const client = await asService();

    expect(await outcome(reset(client, account.dn, NEW_PASSWORD))).toBe('ok');
    expect(await outcome(reset(client, account.dn, NEW_PASSWORD))).toBe('ok');
    expect(directory.hasPassword(account.dn, ACCOUNT_PASSWORD)).toBe(false);
    expect(await outcome(newClient().bind(account.dn, NEW_PASSWORD))).toBe('ok');
  });

  it('respects history in a reset only with policy hints, and keeps the bytes of the control', async () => {
    const { directory, account, asService, service } = await startDirectory();
    const client = await asService();

    expect(await outcome(reset(client, account.dn, ACCOUNT_PASSWORD, new PolicyHints()))).toEqual(
      RESET_REFUSED,
    );
    expect(directory.writes).toEqual([
      {
        who: service.dn,
        dn: account.dn,
        attributes: ['unicodePwd'],
        controls: [{ oid: POLICY_HINTS, isCritical: true, value: Buffer.from([48, 3, 2, 1, 1]) }],
        code: 53,
      },
    ]);
  });

  it('refuses malformed policy hints, and critical ones where it does not know them', async () => {
    const one = await startDirectory();
    const malformed = new PolicyHints(Buffer.from([0x30, 0x03, 0x02]));
    const other = await startDirectory({ supportedControls: [] });

    expect(
      await outcome(reset(await one.asService(), one.account.dn, NEW_PASSWORD, malformed)),
    ).toContain('00000057');
    expect(
      await outcome(
        reset(await other.asService(), other.account.dn, NEW_PASSWORD, new PolicyHints()),
      ),
    ).toMatch(/^12 /);
    expect(one.directory.hasPassword(one.account.dn, NEW_PASSWORD)).toBe(false);
  });

  it('refuses what is short, simple, or made of the account’s names', async () => {
    const { account, asService } = await startDirectory({ policy: { minLength: 10 } });
    const client = await asService();

    for (const password of [
      'Kort-1234',
      'barasmåbokstäver',
      'Min-Hemvard-22',
      'HEMVÅRDSGRUPPEN-a2',
    ]) {
      expect(await outcome(reset(client, account.dn, password))).toEqual(RESET_REFUSED);
    }
    expect(await outcome(reset(client, account.dn, 'Lagom-1234'))).toBe('ok');
  });

  it('takes only quoted UTF-16LE', async () => {
    const { account, asService } = await startDirectory();
    const client = await asService();

    expect(
      await outcome(client.modify(account.dn, [replace('unicodePwd', 'Nytt-lösen-22')])),
    ).toMatch(/^53 0000001F/);
  });

  it('changes with the old password: history, minimum age and a wrong one count', async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const { directory, account, asService } = await startDirectory({
      clock: () => now,
      policy: { minAgeMs: 60_000, historyLength: 2 },
    });
    const client = await asService();
    const toNew = () => outcome(change(client, account.dn, ACCOUNT_PASSWORD, NEW_PASSWORD));

    expect(await toNew()).toEqual(CHANGE_REFUSED);
    now += 60_000;
    expect(await outcome(change(client, account.dn, 'fel', NEW_PASSWORD))).toMatch(/^19 00000056/);
    expect(directory.get(account.dn, 'badPwdCount')).toEqual(['1']);
    expect(await toNew()).toBe('ok');
    now += 60_000;
    const back = () => outcome(change(client, account.dn, NEW_PASSWORD, ACCOUNT_PASSWORD));
    expect(await back()).toEqual(CHANGE_REFUSED);
    directory.lock(account.dn);
    expect(await back()).toMatch(/^19 00000775/);
  });

  it('keeps the lockout unless lockoutTime is cleared in the same write', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    directory.lock(account.dn);
    const state = () => directory.get(account.dn, 'msDS-User-Account-Control-Computed');

    await reset(client, account.dn, NEW_PASSWORD);
    expect(state()).toEqual(['16']);
    await client.modify(account.dn, [replace('lockoutTime', '0')]);
    expect(state()).toEqual(['0']);
  });

  it('gives the service account no other right', async () => {
    const { directory, account, service, asService, accounts } = await startDirectory();
    const client = await asService();
    const outside = directory.user({ name: 'chef' });
    const protectedOne = directory.user({
      name: 'adm',
      parent: accounts,
      attributes: { adminCount: '1' },
    });

    expect(await outcome(reset(client, outside.dn, NEW_PASSWORD))).toMatch(/^50 00000005/);
    expect(await outcome(reset(client, protectedOne.dn, NEW_PASSWORD))).toMatch(/^50 00000005/);
    expect(await outcome(client.modify(account.dn, [replace('manager', service.dn)]))).toMatch(
      /^50 00002098/,
    );
    expect(await outcome(client.modify(outside.dn, [replace('lockoutTime', '0')]))).toMatch(
      /^50 00002098/,
    );
  });

  it('writes nothing of a modify of which a part is refused', async () => {
    const { directory, account, asService } = await startDirectory();
    const client = await asService();
    directory.lock(account.dn);
    const before = directory.get(account.dn, 'lockoutTime');

    const changes = [replace('lockoutTime', '0'), replace('unicodePwd', 'utan citattecken')];
    expect(await outcome(client.modify(account.dn, changes))).toMatch(/^53 0000001F/);
    expect(directory.get(account.dn, 'lockoutTime')).toEqual(before);
  });

  it('makes a named PSO the rule, also for the members of a group', async () => {
    const { directory, account, asService } = await startDirectory();
    const group = directory.group('Strängare', [account.dn]);
    const client = await asService();

    directory.passwordSettings('strängare', { minLength: 20 }, [group.dn]);
    expect(await outcome(reset(client, account.dn, NEW_PASSWORD))).toEqual(RESET_REFUSED);
    directory.passwordSettings('egen', { minLength: 4 }, [account.dn], { precedence: 99 });
    expect(await outcome(reset(client, account.dn, NEW_PASSWORD))).toBe('ok');
    expect(directory.get(account.dn, 'msDS-ResultantPSO')[0]).toMatch(/^CN=egen,/);
  });
});
