import { describe, expect, it } from '@jest/globals';

import { never, PATIENT } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';

/** More than are read for one text. */
const FITS_VERY_MANY = 260;

/** The service desk: who is of it, and how it finds an account. */
export function describeDesk(on: DirectoryStage): void {
  describe('the service desk', () => {
    it('has the members of its group, through other groups too, as they are now', async () => {
      const [direct, nested, stranger] = [
        await on.world.newPerson(),
        await on.world.newPerson(),
        await on.world.newPerson(),
      ];
      const inner = await on.world.newGroup([nested.dn]);
      const outer = await on.world.newGroup([inner, direct.dn]);
      // As an administrator may write it.
      const deskGroup = outer.replaceAll(',', ' , ').toUpperCase();
      const directory = on.open({ deskGroup, deadlines: PATIENT });
      const isAgent = async (dn: string) =>
        (await directory.standingOf({ id: await on.world.idOf(dn) }, never)).isAgent;
      expect(await isAgent(direct.dn)).toBe(true);
      expect(await isAgent(nested.dn)).toBe(true);
      expect(await isAgent(stranger.dn)).toBe(false);
      await on.world.setMembers(inner, [stranger.dn]);
      expect(await isAgent(nested.dn)).toBe(false);
      expect(await isAgent(stranger.dn)).toBe(true);
      await on.world.disable(direct.dn);
      expect(await isAgent(direct.dn)).toBe(false);
      const found = await directory.inspect(never);
      expect(found.isDeskGroupReadable).toBe(true);
    });

    it('has no member where no group is configured, or there is none of that name', async () => {
      const person = await on.world.newPerson();
      const group = await on.world.newGroup([person.dn]);
      const manager = { id: await on.world.idOf(person.dn) };
      expect((await on.directory.standingOf(manager, never)).isAgent).toBe(false);
      const gone = on.open({ deskGroup: group.replace(/^cn=/i, 'CN=ingen-') });
      expect((await gone.standingOf(manager, never)).isAgent).toBe(false);
      expect((await gone.inspect(never)).isDeskGroupReadable).toBe(false);
    });

    it('finds accounts by their name or a part of their display name, and nothing by a pattern', async () => {
      const person = await on.world.newPerson();
      const first = await on.world.newAccount({ responsible: [person.dn] });
      const second = await on.world.newAccount({ responsible: [] });
      const outside = await on.world.newAccount({ responsible: [person.dn], isOutside: true });
      const like = async (text: string, limit = 5) => on.directory.accountsLike(text, limit, never);
      const namesOf = async (text: string) => (await like(text)).accounts.map(({ name }) => name);
      expect(await namesOf(first.name.toUpperCase())).toEqual([first.name]);
      expect(await like(second.name)).toMatchObject({
        accounts: [{ id: await on.world.idOf(second.dn), name: second.name }],
        hasMore: false,
      });
      expect(await namesOf(outside.name)).toEqual([]);
      for (const pattern of ['*', `${first.name.slice(0, -1)}*`, `${first.name})(cn=*`, '\\2a']) {
        expect(await namesOf(pattern)).toEqual([]);
      }
      const [[, protectedDn] = ['', '']] = await on.world.newProtectedAccounts(person.dn);
      const id = await on.world.idOf(protectedDn);
      const all = await on.directory.accountsLike(first.name.slice(0, 2), 1_000, never);
      expect(all.accounts.map((account) => account.id)).not.toContain(id);
      const few = await like(first.name.slice(0, 2), 1);
      expect(few.accounts).toHaveLength(1);
      expect(few.hasMore).toBe(all.accounts.length > 1);
    });

    it('leaves no search under way on a kept connection where a text fits very many accounts', async () => {
      await on.world.newCrowd(FITS_VERY_MANY);
      const accountsBase = on.world.options.managersBase;
      const { proxy, proxied } = await on.openProxied({ accountsBase, deadlines: PATIENT });
      const { accounts } = await proxied.accountsLike('folk', FITS_VERY_MANY, never);
      expect(accounts).toHaveLength(250);
      // By its answer all that the first call sent on the connection has arrived too.
      const none = await proxied.accountsLike('ingen heter så', 5, never);
      expect(none).toEqual({ accounts: [], hasMore: false });
      const searches = proxy.requests.filter((request) => request.includes('folk'));
      // One for the name, and the first page for the text.
      expect(searches).toHaveLength(2);
      expect(proxy.connections).toBe(1);
    });
  });
}
