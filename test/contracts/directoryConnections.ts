import { describe, expect, it } from '@jest/globals';

import { Secret } from '../../src/domain/secret.ts';
import { REQUEST } from '../support/ldapProxy.ts';
import { leastMs } from '../support/tries.ts';
import { never, readAgain } from './directoryStage.ts';
import type { DirectoryStage } from './directoryStage.ts';
import { FIRST_PASSWORD } from './directoryWorld.ts';

/** Sooner than an operation ends by itself. */
const SOON_MS = 4_500;

/** The contract for reaching, keeping and giving up servers. */
export function describeConnections(on: DirectoryStage): void {
  describe('a connection', () => {
    it('is secured by StartTLS where the URL says ldap', async () => {
      const { query } = await on.world.newPerson();
      const plain = on.open({ urls: [`ldap://${on.world.host}:${on.world.ldapPort}`] });
      expect(await plain.findManager(query, never)).toBeDefined();
    });

    it('is made to the next server when the first cannot be reached', async () => {
      const { query } = await on.world.newPerson();
      const second = on.open({ urls: ['ldaps://127.0.0.1:1', ...on.world.options.urls] });
      expect(await second.findManager(query, never)).toBeDefined();
    });

    it('is kept for searches, and replaced when it turns out to be dead', async () => {
      const { manager } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      for (let time = 1; time <= 3; time += 1) await proxied.managerById(manager.id, never);
      expect(proxy.connections).toBe(1);
      proxy.treat = (operation) => {
        if (operation === REQUEST.search) proxy.treat = () => 'pass';
        return operation === REQUEST.search ? 'drop' : 'pass';
      };
      expect(await proxied.managerById(manager.id, never)).toEqual(readAgain(manager));
      proxy.cut();
      expect(await proxied.managerById(manager.id, never)).toEqual(readAgain(manager));
      expect(proxy.connections).toBe(3);
    });

    it('is kept by each of a crowd, until one of them is dead', async () => {
      const { manager } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      const readAtOnce = async (crowd: number): Promise<void> => {
        const reads = Array.from({ length: crowd }, () => proxied.managerById(manager.id, never));
        expect(await Promise.all(reads)).toEqual(reads.map(() => readAgain(manager)));
      };
      await readAtOnce(12);
      expect(proxy.connections).toBe(12);
      await readAtOnce(12);
      expect(proxy.connections).toBe(12);
      proxy.treat = (operation) => {
        if (operation === REQUEST.search) proxy.treat = () => 'pass';
        return operation === REQUEST.search ? 'drop' : 'pass';
      };
      await readAtOnce(1);
      expect(proxy.connections).toBe(13);
      // A cable that was pulled killed them all: nobody else waits in vain for the answer of one.
      await readAtOnce(12);
      expect(proxy.connections).toBe(24);
    });

    it('is not kept where a search on it failed, since others may still be under way on it', async () => {
      const { manager } = await on.stage();
      const managersBase = `ou=nobody,${on.world.options.managersBase}`;
      const { proxy, proxied } = await on.openProxied({ managersBase });
      for (const connections of [1, 2]) {
        const failed = proxied.managerById(manager.id, never);
        await expect(failed).rejects.toMatchObject({ code: 'unexpected' });
        expect(proxy.connections).toBe(connections);
      }
    });

    it('is not used any more where a write found another one dead', async () => {
      const { manager, accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      const readAtOnce = (crowd: number) =>
        Promise.all(Array.from({ length: crowd }, () => proxied.managerById(manager.id, never)));
      const account = await proxied.accountOf(manager, accountId, never);
      await readAtOnce(3);
      expect(proxy.connections).toBe(3);
      proxy.treat = (operation) => {
        if (operation === REQUEST.bind) proxy.treat = () => 'pass';
        return operation === REQUEST.bind ? 'drop' : 'pass';
      };
      const password = new Secret('Nytt-Losen-till-Vaxjo1');
      const expectedVersion = account!.passwordVersion;
      const write = { manager, accountId, password, expectedVersion };
      expect(await proxied.writePassword(write, never)).toMatchObject({ outcome: 'written' });
      expect(proxy.connections).toBe(4);
      await readAtOnce(3);
      expect(proxy.connections).toBe(6);
    });

    it('is used for a write once it is bound anew, and replaced where it is dead', async () => {
      const set = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      const operations: number[] = [];
      proxy.treat = (operation) => {
        operations.push(operation);
        return 'pass';
      };
      const write = async (password: string): Promise<string> => {
        const account = await proxied.accountOf(set.manager, set.accountId, never);
        if (password.endsWith('3')) proxy.cut();
        operations.length = 0;
        const { outcome } = await proxied.writePassword(
          {
            manager: set.manager,
            accountId: set.accountId,
            password: new Secret(password),
            expectedVersion: account!.passwordVersion,
          },
          never,
        );
        return outcome;
      };
      expect(await write('Nytt-Losen-till-Vaxjo1')).toBe('written');
      expect(proxy.connections).toBe(1);
      expect(await write('Nytt-Losen-till-Vaxjo2')).toBe('written');
      expect(proxy.connections).toBe(1);
      // The service account may have been shut out while the connection lay.
      expect(operations[0]).toBe(REQUEST.bind);
      expect(await write('Nytt-Losen-till-Vaxjo3')).toBe('written');
      expect(proxy.connections).toBe(2);
      expect(await on.world.binds(set.account.dn, 'Nytt-Losen-till-Vaxjo3')).toBe(true);
    });

    it.each(['right', 'wrong'])('has its own rights again after a %s password', async (kind) => {
      const { manager, accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      const operations: number[] = [];
      proxy.treat = (operation) => {
        operations.push(operation);
        return 'pass';
      };
      const password = new Secret(kind === 'right' ? FIRST_PASSWORD : 'Fel-Passw0rd!');
      const proof = await proxied.provePassword(accountId, password, never);
      expect(proof).toBe(kind === 'right' ? 'proved' : 'wrong');
      operations.length = 0;
      expect(await proxied.accountOf(manager, accountId, never)).toMatchObject({ id: accountId });
      expect(operations[0]).toBe(REQUEST.bind);
      operations.length = 0;
      expect(await proxied.accountOf(manager, accountId, never)).toMatchObject({ id: accountId });
      expect(operations).not.toContain(REQUEST.bind);
      expect(proxy.connections).toBe(1);
    });

    it('is read on as it is, and bound anew for a write, while there is one of either kind', async () => {
      const { manager, accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      let binds = 0;
      proxy.treat = (operation) => {
        if (operation === REQUEST.bind) binds += 1;
        return 'pass';
      };
      const bindsOf = async (work: () => Promise<unknown>): Promise<number> => {
        const before = binds;
        await work();
        return binds - before;
      };
      const look = () => proxied.accountOf(manager, accountId, never);
      const [account] = await Promise.all([look(), look()]);
      const first = new Secret(FIRST_PASSWORD);
      expect(await bindsOf(() => proxied.provePassword(accountId, first, never))).toBe(1);
      expect(await bindsOf(look)).toBe(0);
      const password = new Secret('Nytt-Losen-till-Vaxjo1');
      const expectedVersion = account!.passwordVersion;
      const write = { manager, accountId, password, expectedVersion };
      // The service account's, and the proof of what was written.
      expect(await bindsOf(() => proxied.writePassword(write, never))).toBe(2);
      expect(await bindsOf(look)).toBe(0);
      expect(proxy.connections).toBe(2);
    });

    it('is kept no more where it was in use when the way in was renewed', async () => {
      const { manager } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      proxy.treat = (operation) => {
        proxy.treat = () => 'pass';
        if (operation === REQUEST.bind) proxied.renew(on.world.options);
        return 'pass';
      };
      for (const connections of [1, 2, 2]) {
        expect(await proxied.managerById(manager.id, never)).toEqual(readAgain(manager));
        expect(proxy.connections).toBe(connections);
      }
    });

    it('is not kept where it was made to the server of a write whose answer was lost', async () => {
      const { manager, accountId } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      await proxied.readWrite({ accountId, server: proxy.url }, never);
      await proxied.managerById(manager.id, never);
      expect(proxy.connections).toBe(2);
    });

    it('is refused with the wrong service password, and says so', async () => {
      const closed = on.open({ bindPassword: new Secret('Fel-Passw0rd!') });
      const answer = closed.findManager({ upn: 'x', mail: 'x', aadObjectId: 'x' }, never);
      await expect(answer).rejects.toMatchObject({ code: 'serviceAccount' });
    });

    it('ends with the caller’s signal', async () => {
      const { manager } = await on.stage();
      const { proxy, proxied } = await on.openProxied();
      proxy.treat = () => 'hang';
      const took = await leastMs(SOON_MS, async () => {
        const answer = proxied.managerById(manager.id, AbortSignal.timeout(200));
        await expect(answer).rejects.toMatchObject({ code: 'unreachable' });
      });
      expect(took).toBeLessThan(SOON_MS);
      const late = proxied.managerById(manager.id, AbortSignal.abort());
      await expect(late).rejects.toMatchObject({ code: 'unreachable' });
    });
  });
}
