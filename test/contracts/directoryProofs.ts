import { describe, expect, it } from '@jest/globals';

import { Secret } from '../../src/domain/secret.ts';
import { REQUEST } from '../support/ldapProxy.ts';
import { never } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';
import { FIRST_PASSWORD } from './directoryWorld.ts';

/** Proofs of a current password, and unlocking. */
export function describeProofs(on: DirectoryStage): void {
  describe('a proof', () => {
    it('tells the right password from a wrong one', async () => {
      const { accountId, account } = await on.stage();
      const prove = (text: string) =>
        on.directory.provePassword(accountId, new Secret(text), never);
      expect(await prove(FIRST_PASSWORD)).toBe('proved');
      expect(await prove(`${FIRST_PASSWORD} `)).toBe('wrong');
      expect(await prove(FIRST_PASSWORD.toLowerCase())).toBe('wrong');
      expect(await prove(account.name)).toBe('wrong');
    });

    it('refuses a blank password without a bind', async () => {
      const { manager, accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      for (const blank of ['', ' ', '\t\n', '\u00a0', '\u3000']) {
        expect(await proxied.provePassword(accountId, new Secret(blank), never)).toBe('wrong');
      }
      expect(proxy.requests).toEqual([]);
      expect(await on.failures(manager.id, accountId)).toBe(0);
    });

    it('holds where the password has expired or must be changed', async () => {
      for (const change of ['expire', 'mustChange'] as const) {
        const { account, accountId } = await on.stage();
        await on.world[change](account.dn);
        const right = new Secret(FIRST_PASSWORD);
        const wrong = new Secret('Fel-0001-xyz');
        expect([change, await on.directory.provePassword(accountId, wrong, never)]).toEqual([
          change,
          'wrong',
        ]);
        expect([change, await on.directory.provePassword(accountId, right, never)]).toEqual([
          change,
          'proved',
        ]);
      }
    });

    it('tells of a locked account, right or wrong, and binds no more', async () => {
      const { manager, accountId } = await on.stage();
      const wrong = new Secret('Fel-0001-xyz');
      for (let time = 1; time <= 5; time += 1) {
        expect(await on.directory.provePassword(accountId, wrong, never)).toBe('wrong');
      }
      const found = await on.directory.accountOf(manager, accountId, never);
      expect(found).toMatchObject({ isLocked: true, lockout: { threshold: 5 } });
      const { proxy, proxied } = await on.openProxied();
      let binds = 0;
      proxy.treat = (operation) => {
        if (operation === REQUEST.bind) binds += 1;
        return 'pass';
      };
      expect(await proxied.provePassword(accountId, wrong, never)).toBe('locked');
      expect(await proxied.provePassword(accountId, new Secret(FIRST_PASSWORD), never)).toBe(
        'locked',
      );
      // The service account's own.
      expect(binds).toBe(1);
      // The search for a write's outcome goes on as long as needed, and binds no more either.
      const right = { accountId, password: new Secret(FIRST_PASSWORD), server: proxy.url };
      const traces = await proxied.readWrite(right, never);
      expect(traces).toMatchObject({ isLocked: true });
      expect(traces).not.toHaveProperty('binds');
      expect(binds).toBe(2);
    });

    it('is unanswered, not wrong, when the connection ends after the bind', async () => {
      const { accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      let binds = 0;
      proxy.treat = (operation) =>
        operation === REQUEST.bind && (binds += 1) === 2 ? 'applyThenDrop' : 'pass';
      const proof = proxied.provePassword(accountId, new Secret(FIRST_PASSWORD), never);
      await expect(proof).rejects.toMatchObject({ name: 'DirectoryError', code: 'noAnswer' });
    });
  });

  describe('a password that must be changed at the next logon', () => {
    it('is told as such, alone and in a sweep, until the bot has written a new one', async () => {
      const { manager, account, accountId } = await on.stage();
      const read = () => on.directory.accountOf(manager, accountId, never);
      expect(await read()).toMatchObject({ mustChange: false });
      await on.world.mustChange(account.dn);
      const marked = await read();
      expect(marked).toMatchObject({ mustChange: true });
      const swept = new Map<string, boolean>();
      await on.directory.sweepAccounts((page) => {
        for (const { id, mustChange } of page) swept.set(id, mustChange);
        return Promise.resolve();
      }, never);
      expect(swept.get(accountId)).toBe(true);
      const write = {
        manager,
        accountId,
        password: new Secret('Ny-Hemlighet-77'),
        expectedVersion: marked!.passwordVersion,
      };
      expect(await on.directory.writePassword(write, never)).toMatchObject({ outcome: 'written' });
      expect(await read()).toMatchObject({ mustChange: false });
    });

    it('is none of an account whose password never expires', async () => {
      const { manager, account, accountId } = await on.stage();
      const undo = await on.world.neverExpire(account.dn);
      await on.world.mustChange(account.dn);
      const found = await on.directory.accountOf(manager, accountId, never);
      await undo();
      expect(found).toMatchObject({ mustChange: false });
    });
  });

  describe('an unlock', () => {
    it('clears the lockout, and may be repeated', async () => {
      const { manager, accountId } = await on.stage();
      for (let time = 1; time <= 5; time += 1) {
        await on.directory.provePassword(accountId, new Secret('Fel-0001-xyz'), never);
      }
      expect((await on.directory.accountOf(manager, accountId, never))?.isLocked).toBe(true);
      expect(await on.directory.unlock(manager, accountId, never)).toBe('unlocked');
      expect(await on.directory.unlock(manager, accountId, never)).toBe('unlocked');
      const found = await on.directory.accountOf(manager, accountId, never);
      expect(found).toMatchObject({ isLocked: false, lockout: { recentFailures: 0 } });
      const proof = await on.directory.provePassword(accountId, new Secret(FIRST_PASSWORD), never);
      expect(proof).toBe('proved');
    });
  });
}
