import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';

import { Secret } from '../../src/domain/secret.ts';
import { MAX_REMINDED } from '../../src/ports/account.ts';
import type { ManagerQuery } from '../../src/ports/account.ts';
import { accountsOf, never, readAgain } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';
import { FIRST_PASSWORD } from './directoryWorld.ts';

const NEW_PASSWORD = 'Ny-Hemlighet-77';

/** Which persons are found, and for which accounts a found person answers. */
export function describePersons(on: DirectoryStage): void {
  describe('persons', () => {
    it('finds the one person of a query, by the id of the entry', async () => {
      const { dn, query } = await on.world.newPerson({ mobile: '070-123 45 67' });
      const found = await on.directory.findManager(query, never);
      expect(found).toMatchObject({ id: await on.world.idOf(dn), mobile: '070-123 45 67' });
      expect(found?.displayName).toMatch(/^Åsa Chef/);
      expect(await on.directory.managerById(found!.id, never)).toEqual(readAgain(found!));
    });

    it('finds nobody for an unknown name or an id that is none', async () => {
      const nobody = { upn: 'nobody@orebro.test', mail: 'nobody@orebro.test', aadObjectId: 'x' };
      expect(await on.directory.findManager(nobody, never)).toBeUndefined();
      const unknown = '00000000-1111-2222-3333-444444444444';
      expect(await on.directory.managerById(unknown, never)).toBeUndefined();
      for (const id of ['', '*', unknown.replaceAll('-', ''), `${unknown})(uid=*`]) {
        expect(await on.directory.managerById(id, never)).toBeUndefined();
        expect(await on.directory.hasEntry(id, never)).toBe(false);
      }
    });

    it('finds nobody when the query fits several', async () => {
      const mobile = '070-000 00 01';
      const first = await on.world.newPerson({ mobile });
      const byMobile = on.open({ managerFilter: '(mobile={upn})' });
      const query = { upn: mobile, aadObjectId: 'x' };
      expect(await byMobile.findManager(query, never)).toMatchObject({
        id: await on.world.idOf(first.dn),
      });
      await on.world.newPerson({ mobile });
      expect(await byMobile.findManager(query, never)).toBeUndefined();
    });

    it('tells whose an address is, also that of a disabled one', async () => {
      const own = await on.world.newPerson();
      const other = await on.world.newPerson();
      const gone = await on.world.newPerson({ isDisabled: true });
      const fitting = (query: ManagerQuery) => on.directory.fitting(query, never);
      for (const { dn, query } of [own, other, gone]) {
        expect(await fitting(query)).toEqual([await on.world.idOf(dn)]);
      }
      expect(await fitting({ aadObjectId: 'unused' })).toEqual([]);
      const nobody = 'nobody@orebro.test';
      expect(await fitting({ upn: nobody, mail: nobody, aadObjectId: 'unused' })).toEqual([]);
    });

    it('finds nobody where the value that the filter asks for is missing', async () => {
      const { query } = await on.world.newPerson();
      const value = query.upn ?? query.mail;
      const attribute = query.upn === undefined ? 'mail' : 'userPrincipalName';
      for (const managerFilter of [`(${attribute}={upn})`, `(${attribute}={upn}*)`]) {
        const one = on.open({ managerFilter });
        expect(await one.findManager({ upn: value, aadObjectId: 'x' }, never)).toBeDefined();
        for (const upn of [undefined, '', ' ']) {
          expect(await one.findManager({ upn, aadObjectId: 'x' }, never)).toBeUndefined();
        }
      }
      const either = on.open({ managerFilter: `(|(${attribute}={upn})(${attribute}={mail}))` });
      expect(await either.findManager({ mail: value, aadObjectId: 'x' }, never)).toBeDefined();
    });

    it('does not find a disabled person, who answers for nothing any more', async () => {
      const { manager, managerDn, account, accountId } = await on.stage();
      expect(await on.directory.managersOf(accountId, never)).toEqual([manager.id]);
      await on.world.disable(managerDn);
      expect(await on.directory.managerById(manager.id, never)).toBeUndefined();
      expect(await on.directory.hasEntry(manager.id, never)).toBe(true);
      expect(await on.directory.hasEntry(randomUUID(), never)).toBe(false);
      expect(await accountsOf(on.directory, { id: manager.id }, never)).toEqual([]);
      expect(await on.directory.managersOf(await on.world.idOf(account.dn), never)).toEqual([]);
    });
  });

  describe('responsibility', () => {
    it('lists the accounts of a manager by name, and none of anybody else', async () => {
      const { manager, managerDn, account } = await on.stage();
      const other = await on.world.newAccount({ name: 'zeta', responsible: [managerDn] });
      const early = await on.world.newAccount({ name: 'alfa', responsible: [managerDn] });
      await on.world.newAccount({ responsible: [(await on.world.newPerson()).dn] });
      const names = (await accountsOf(on.directory, manager, never)).map(({ name }) => name);
      expect(names).toEqual([early.name, account.name, other.name]);
    });

    it('follows nested groups, also in a circle', async () => {
      const person = await on.world.newPerson();
      const other = await on.world.newPerson();
      const gone = await on.world.newPerson({ isDisabled: true });
      const inner = await on.world.newGroup([person.dn, gone.dn]);
      const outer = await on.world.newGroup([inner, other.dn]);
      await on.world.setMembers(inner, [person.dn, gone.dn, outer]);
      const account = await on.world.newAccount({ responsible: [outer] });
      const manager = await on.directory.findManager(person.query, never);
      const [found] = await accountsOf(on.directory, manager!, never);
      expect(found?.name).toBe(account.name);
      const managers = await on.directory.managersOf(found!.id, never);
      const expected = [await on.world.idOf(person.dn), await on.world.idOf(other.dn)];
      expect([...managers].sort()).toEqual(expected.sort());
    });

    it('knows each one of a crowd, and reminds none of it', async () => {
      const person = await on.world.newPerson();
      const crowd = await on.world.newCrowd(MAX_REMINDED + 20);
      const group = await on.world.newGroup([...crowd, person.dn]);
      const account = await on.world.newAccount({ responsible: [group] });
      const id = await on.world.idOf(account.dn);
      const managerId = await on.world.idOf(person.dn);
      expect(await on.directory.accountOf({ id: managerId }, id, never)).toMatchObject({ id });
      const managers = await on.directory.managersOf(id, never);
      expect(new Set(managers).size).toBe(MAX_REMINDED + 21);
      expect(managers).toContain(managerId);
      const responsibility = await on.directory.responsibilityFor(id, never);
      expect(responsibility).toMatchObject({ managers: [], isCrowd: true });
      const { accounts } = await on.directory.inspect(never);
      const crowded = accounts.filter(({ isCrowd }) => isCrowd).map(({ name }) => name);
      expect(crowded).toEqual([account.name]);
    });

    it('hands the mail of the account’s managers, where their entries have one', async () => {
      const mail = 'asa.chef@orebro.test';
      const [person, other] = [await on.world.newPerson({ mail }), await on.world.newPerson()];
      const group = await on.world.newGroup([person.dn, other.dn]);
      const account = await on.world.newAccount({ responsible: [group] });
      const found = await on.directory.responsibilityFor(await on.world.idOf(account.dn), never);
      const mails = found?.managers.map((manager) => manager.mail);
      expect(mails).toContain(mail);
      expect(mails).toContain(other.query.mail);
    });

    it('takes each of several values for responsible', async () => {
      const attribute = 'seeAlso';
      const several = on.open({ responsibleAttribute: attribute });
      const person = await on.world.newPerson();
      const member = await on.world.newPerson();
      const group = await on.world.newGroup([member.dn]);
      const { dn } = await on.world.newAccount({ attribute, responsible: [person.dn, group] });
      const id = await on.world.idOf(dn);
      const managers = await several.managersOf(id, never);
      const expected = [await on.world.idOf(person.dn), await on.world.idOf(member.dn)];
      expect([...managers].sort()).toEqual(expected.sort());
      for (const managerId of expected) {
        expect(await several.accountOf({ id: managerId }, id, never)).toMatchObject({ id });
      }
    });

    it('ends at once when the directory ends it', async () => {
      const { manager, managerDn, account, accountId, version } = await on.stage();
      await on.world.setResponsible(account.dn, [(await on.world.newPerson()).dn]);
      expect(await on.directory.accountOf(manager, accountId, never)).toBeUndefined();
      const write = {
        manager,
        accountId,
        password: new Secret(NEW_PASSWORD),
        expectedVersion: version,
      };
      expect(await on.directory.writePassword(write, never)).toEqual({ outcome: 'notResponsible' });
      expect(await on.directory.unlock(manager, accountId, never)).toBe('notResponsible');
      expect(await on.world.binds(account.dn, FIRST_PASSWORD)).toBe(true);
      await on.world.setResponsible(account.dn, [managerDn]);
      expect(await on.directory.accountOf(manager, accountId, never)).toBeDefined();
    });

    it('knows no account of an id that is none', async () => {
      const { manager } = await on.stage();
      for (const id of ['', '*', 'not-an-id', '00000000-0000-0000-0000-00000000000g']) {
        expect(await on.directory.accountOf(manager, id, never)).toBeUndefined();
        expect(await on.directory.managersOf(id, never)).toEqual([]);
        expect(await on.directory.provePassword(id, new Secret('x'), never)).toBe('wrong');
      }
    });
  });
}
