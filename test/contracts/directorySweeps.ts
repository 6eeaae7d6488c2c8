import { describe, expect, it } from '@jest/globals';

import type { Directory } from '../../src/ports/directory.ts';
import type { SweptAccount } from '../../src/ports/account.ts';
import { never } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';

async function sweep(directory: Directory): Promise<Map<string, SweptAccount>> {
  const found = new Map<string, SweptAccount>();
  await directory.sweepAccounts((page) => {
    for (const account of page) {
      if (found.has(account.id)) throw new Error(`${account.name} came twice`);
      found.set(account.id, account);
    }
    return Promise.resolve();
  }, never);
  return found;
}

/** Which accounts a sweep finds, and which managers one of them has. */
export function describeSweeps(on: DirectoryStage): void {
  describe('a sweep over all accounts', () => {
    it('shows each of them as it is read alone', async () => {
      const { manager, account, accountId } = await on.stage();
      const alone = await on.directory.accountOf(manager, accountId, never);
      const { name, passwordVersion, passwordSetAt, passwordExpiresAt, mustChange } = alone!;
      expect(name).toBe(account.name);
      expect((await sweep(on.directory)).get(accountId)).toEqual({
        id: accountId,
        name,
        passwordVersion,
        passwordSetAt,
        passwordExpiresAt,
        mustChange,
        responsible: expect.stringMatching(/./),
      });
    });

    it('leaves out what is disabled, and ends with what its taker throws', async () => {
      const { account, accountId } = await on.stage();
      await on.world.disable(account.dn);
      expect((await sweep(on.directory)).has(accountId)).toBe(false);
      const bug = new Error('a bug');
      const attempt = on.directory.sweepAccounts(() => Promise.reject(bug), never);
      await expect(attempt).rejects.toBe(bug);
    });

    it('is broken off when the directory goes away', async () => {
      const { proxy, proxied } = await on.openProxied();
      await sweep(proxied);
      await proxy.close();
      await expect(sweep(proxied)).rejects.toMatchObject({ name: 'DirectoryError' });
    });
  });

  describe('the responsibility for an account', () => {
    it('names all persons behind it now, by name', async () => {
      const [asa, bo] = [await on.world.newPerson(), await on.world.newPerson()];
      const gone = await on.world.newPerson({ isDisabled: true });
      const group = await on.world.newGroup([asa.dn, bo.dn, gone.dn]);
      const { dn } = await on.world.newAccount({ responsible: [group] });
      const accountId = await on.world.idOf(dn);
      const found = await on.directory.responsibilityFor(accountId, never);
      expect(found?.account.id).toBe(accountId);
      const expected = await Promise.all(
        [asa, bo].map(async ({ query }) => on.directory.findManager(query, never)),
      );
      const named = found?.managers.map(({ id, displayName }) => ({ id, displayName }));
      expect(named).toHaveLength(2);
      expect(named).toEqual(
        expect.arrayContaining(
          expected.map((one) => ({ id: one!.id, displayName: one!.displayName })),
        ),
      );
    });

    it('is nobody’s where nobody is named, and undefined for what is gone', async () => {
      const { account, accountId } = await on.stage();
      await on.world.setResponsible(account.dn, []);
      expect((await on.directory.responsibilityFor(accountId, never))?.managers).toEqual([]);
      await on.world.remove(account.dn);
      expect(await on.directory.responsibilityFor(accountId, never)).toBeUndefined();
    });
  });
}
