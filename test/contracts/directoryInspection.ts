import { describe, expect, it } from '@jest/globals';

import { never, PATIENT } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';

/** The administrators' queries of a directory. */
export function describeInspection(on: DirectoryStage): void {
  describe('an account that an administrator names', () => {
    it('is found by its name and its id, in any case, whoever answers for it', async () => {
      const { dn, name } = await on.world.newAccount({ responsible: [] });
      const id = await on.world.idOf(dn);
      for (const asked of [name, name.toUpperCase(), id, id.toUpperCase()]) {
        expect(await on.directory.findAccount(asked, never)).toMatchObject({ id, name });
      }
    });

    it('is not found by a pattern, nor where the bot may not touch it', async () => {
      const person = await on.world.newPerson();
      const { name } = await on.world.newAccount({ responsible: [person.dn] });
      const outside = await on.world.newAccount({ responsible: [], isOutside: true });
      const [[, protectedDn] = ['', '']] = await on.world.newProtectedAccounts(person.dn);
      const protectedId = await on.world.idOf(protectedDn);
      const asked = ['*', `${name.slice(0, -1)}*`, `${name})(cn=*`, '', outside.name, protectedId];
      for (const nameOrId of asked) {
        expect(await on.directory.findAccount(nameOrId, never)).toBeUndefined();
      }
    });
  });

  describe('an inspection', () => {
    it('shows the accounts, who is answered for, and where the directory locks', async () => {
      const person = await on.world.newPerson();
      const answered = await on.world.newAccount({ responsible: [person.dn] });
      const unanswered = await on.world.newAccount({ responsible: [] });
      const outside = await on.world.newAccount({ responsible: [], isOutside: true });
      await on.world.setLockout({ threshold: 2, windowSeconds: 1_800 });
      try {
        const seen = await on.open({ deadlines: PATIENT }).inspect(never);
        expect(seen).toMatchObject({
          server: expect.stringContaining('ldaps://'),
          isAccountsBaseReadable: true,
          isManagersBaseReadable: true,
          hasManagers: true,
        });
        expect(seen.serviceAccount).not.toBe('privileged');
        const named = (name: string) => seen.accounts.find((account) => account.name === name);
        expect(named(answered.name)).toMatchObject({
          isAnswered: true,
          rules: { isReadable: true },
          lockout: { threshold: 2 },
        });
        expect(named(unanswered.name)).toMatchObject({ isAnswered: false });
        expect(named(outside.name)).toBeUndefined();
      } finally {
        await on.world.setLockout({ threshold: 5, windowSeconds: 1_800 });
      }
    });

    it.each([
      ['(noSuchAttribute={upn})', false],
      [
        '(&(objectClass=person)(|(mail={mail})(userPrincipalName={upn})(noSuchAttribute={mail})))',
        true,
      ],
      ['(cn=smtp:{mail})', true],
      ['(!(noSuchAttribute={upn}))', undefined],
    ])('tells whether %s can find a person: %s', async (managerFilter, hasManagers) => {
      await on.world.newPerson();
      const asking = on.open({ managerFilter, deadlines: PATIENT });
      expect(await asking.inspect(never)).toMatchObject({ hasManagers });
    });

    it('tells of bases that are not there', async () => {
      const { accountsBase, managersBase } = on.world.options;
      const lost = on.open({
        accountsBase: `ou=nowhere,${accountsBase}`,
        managersBase: `ou=nowhere,${managersBase}`,
      });
      expect(await lost.inspect(never)).toMatchObject({
        accounts: [],
        isAccountsBaseReadable: false,
        isManagersBaseReadable: false,
      });
    });
  });
}
