import { afterEach, describe, expect, it, jest } from '@jest/globals';

import { Secret } from '../../src/domain/secret.ts';
import { expectBetween } from '../support/between.ts';
import { accountsOf, never } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';
import { FIRST_PASSWORD } from './directoryWorld.ts';

const NEW_PASSWORD = 'Ny-Hemlighet-77';
const DEFAULT_LOCKOUT = { threshold: 5, windowSeconds: 1_800 };

/** Which accounts exist for the bot, and their fields. */
export function describeAccounts(on: DirectoryStage): void {
  describe('what is protected', () => {
    it('does not exist for any method', async () => {
      const { dn, query } = await on.world.newPerson();
      const manager = await on.directory.findManager(query, never);
      for (const [why, protectedDn] of await on.world.newProtectedAccounts(dn)) {
        const accountId = await on.world.idOf(protectedDn);
        const password = new Secret(FIRST_PASSWORD);
        const server = on.world.options.urls[0]!;
        const write = { manager: manager!, accountId, password, expectedVersion: '0' };
        const answers = {
          why,
          account: await on.directory.accountOf(manager!, accountId, never),
          managers: await on.directory.managersOf(accountId, never),
          proof: await on.directory.provePassword(accountId, password, never),
          write: await on.directory.writePassword(write, never),
          traces: await on.directory.readWrite({ accountId, password, server }, never),
          unlock: await on.directory.unlock(manager!, accountId, never),
        };
        expect(answers).toEqual({
          why,
          account: undefined,
          managers: [],
          proof: 'wrong',
          write: { outcome: 'notResponsible' },
          traces: undefined,
          unlock: 'notResponsible',
        });
      }
      expect(await accountsOf(on.directory, manager!, never)).toEqual([]);
    });

    it('is told apart among the accounts that a sweep has found', async () => {
      const { dn } = await on.world.newPerson();
      const open = await on.world.newAccount({ responsible: [dn] });
      const guarded = await on.world.newProtectedAccounts(dn);
      const idsOf = (dns: readonly string[]) => Promise.all(dns.map((one) => on.world.idOf(one)));
      const ids = await idsOf([open.dn, ...guarded.map(([, one]) => one)]);
      const swept: string[] = [];
      await on.directory.sweepAccounts((page) => {
        swept.push(...page.flatMap(({ id }) => (ids.includes(id) ? id : [])));
        return Promise.resolve();
      }, never);
      expect(await on.directory.unprotectedAmong(swept, never)).toEqual(ids.slice(0, 1));
    });

    it('includes the bot’s own account, however its name is written', async () => {
      const { dn, query } = await on.world.newPerson();
      const { dn: ownDn } = await on.world.newAccount({ responsible: [dn] });
      const manager = await on.directory.findManager(query, never);
      expect(await accountsOf(on.directory, manager!, never)).toHaveLength(1);
      const bindDn = ownDn.replaceAll(',', ' , ').toUpperCase();
      const asAccount = on.open({ bindDn, bindPassword: new Secret(FIRST_PASSWORD) });
      expect(await accountsOf(asAccount, manager!, never)).toEqual([]);
    });

    it('is refused by the directory itself where the bot has no rights', async () => {
      const { dn, query } = await on.world.newPerson();
      const account = await on.world.newAccount({ responsible: [dn], isOutside: true });
      const base = on.world.options.accountsBase.replace(/^[^,]*,/, '');
      const wide = on.open({ accountsBase: base });
      const manager = await wide.findManager(query, never);
      const [found] = await accountsOf(wide, manager!, never);
      expect(found?.name).toBe(account.name);
      const write = {
        manager: manager!,
        accountId: found!.id,
        password: new Secret(NEW_PASSWORD),
        expectedVersion: found!.passwordVersion,
      };
      await expect(wide.writePassword(write, never)).rejects.toMatchObject({ code: 'noRights' });
      expect(await on.world.binds(account.dn, FIRST_PASSWORD)).toBe(true);
    });
  });

  describe('an account', () => {
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('shows names, rules and times as the directory holds them', async () => {
      const before = Date.now();
      const { manager, account, accountId } = await on.stage();
      const found = await on.directory.accountOf(manager, accountId, never);
      expect(found).toMatchObject({
        id: await on.world.idOf(account.dn),
        name: account.name,
        displayName: `Hemvården ${account.name}`,
        isLocked: false,
        rules: { isReadable: true, minLength: 8, maxAgeMs: 90 * 86_400_000 },
        lockout: { threshold: 5, recentFailures: 0 },
      });
      expect(found?.contextNames).toEqual(
        expect.arrayContaining([account.name, `Hemvården ${account.name}`, 'orebro']),
      );
      expectBetween(found?.passwordSetAt ?? 0, before, Date.now());
      expect(found?.passwordExpiresAt).toBe((found?.passwordSetAt ?? 0) + 90 * 86_400_000);
    });

    it('says that the directory never locks', async () => {
      const { manager, accountId } = await on.stage();
      await on.world.setLockout({ threshold: 0, windowSeconds: 1_800 });
      const found = await on.open().accountOf(manager, accountId, never);
      await on.world.setLockout(DEFAULT_LOCKOUT);
      expect(found?.lockout.threshold).toBe('none');
    });

    it('counts wrong binds while they count for the directory, and for a window more at most', async () => {
      const { manager, accountId } = await on.stage();
      await on.world.setLockout({ threshold: 5, windowSeconds: 1 });
      await on.directory.provePassword(accountId, new Secret('Fel-0001-xyz'), never);
      await new Promise((done) => setTimeout(done, 2_100));
      expect(await on.failures(manager.id, accountId)).toBe(0);
      await on.world.setLockout(DEFAULT_LOCKOUT);
      expect(await on.failures(manager.id, accountId)).toBe(1);
    });

    it('counts them too where the bot’s clock is up to five minutes ahead', async () => {
      const { manager, accountId } = await on.stage();
      await on.directory.provePassword(accountId, new Secret('Fel-0001-xyz'), never);
      const { now } = Date;
      const minutesLater = (minutes: number): Promise<number | undefined> => {
        jest.spyOn(Date, 'now').mockImplementation(() => now() + minutes * 60_000);
        return on.failures(manager.id, accountId);
      };
      const windowMinutes = DEFAULT_LOCKOUT.windowSeconds / 60;
      expect(await minutesLater(windowMinutes + 4)).toBe(1);
      expect(await minutesLater(windowMinutes + 6)).toBe(0);
    });
  });
}
