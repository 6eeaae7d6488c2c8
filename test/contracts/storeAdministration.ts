import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/domain/secret.ts';
import type { Retention, Store } from '../../src/ports/store/store.ts';
import {
  MINUTE,
  someEnrollment,
  someManager,
  someNotice,
  someSend,
  storedFlow,
} from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

const NOTHING: Retention = {
  codesBefore: 0,
  failuresBefore: 0,
  flowsBefore: 0,
  buttonsBefore: 0,
};

/** The store's contract for administrators and for expired records. */
export function storeAdministrationContract(opened: () => StorePair): void {
  let store: Store;
  beforeAll(() => {
    store = opened().one;
  });

  describe('a revocation', () => {
    it("removes the numbers of all the account's managers, no others, and is remembered", async () => {
      const accountId = randomUUID();
      const [one, two] = [someEnrollment({ accountId }), someEnrollment({ accountId })];
      const elsewhere = someEnrollment({ manager: one.manager });
      await store.transaction(async (tx) => {
        for (const enrollment of [one, two, elsewhere]) await tx.saveEnrollment(enrollment);
        expect(await tx.lastRevoke(accountId)).toBeUndefined();
      });
      const first = await store.transaction(async (tx) => {
        await tx.revokeEnrollments(accountId);
        return tx.now;
      });
      await store.transaction(async (tx) => {
        expect(await tx.enrollmentsOf(accountId)).toEqual([]);
        expect(await tx.enrollmentsOfManager(one.manager)).toEqual([elsewhere]);
        expect(await tx.lastRevoke(accountId)).toEqual({ at: first });
        expect(await tx.lastRevoke(elsewhere.accountId)).toBeUndefined();
      });
      const second = await store.transaction(async (tx) => {
        await tx.revokeEnrollments(accountId);
        return tx.now;
      });
      expect(await store.read((reads) => reads.lastRevoke(accountId))).toEqual({ at: second });
    });

    it('of one manager leaves the others their numbers, and is remembered of that one alone', async () => {
      const accountId = randomUUID();
      const [one, two] = [someEnrollment({ accountId }), someEnrollment({ accountId })];
      const elsewhere = someEnrollment({ manager: one.manager });
      const at = await store.transaction(async (tx) => {
        for (const enrollment of [one, two, elsewhere]) await tx.saveEnrollment(enrollment);
        const before = await tx.countRevokes(tx.now);
        await tx.revokeEnrollments(accountId, one.manager);
        expect((await tx.countRevokes(tx.now)) - before).toBe(1);
        return tx.now;
      });
      await store.transaction(async (tx) => {
        expect(await tx.enrollmentsOf(accountId)).toEqual([two]);
        expect(await tx.enrollmentsOfManager(one.manager)).toEqual([elsewhere]);
        expect(await tx.revokedAt(accountId, one.manager)).toBe(at);
        expect(await tx.revokedAt(accountId, two.manager)).toBeUndefined();
        expect(await tx.lastRevoke(accountId)).toEqual({ at, manager: one.manager });
      });
      const again = await store.transaction(async (tx) => {
        await tx.revokeEnrollments(accountId);
        return tx.now;
      });
      await store.read(async (reads) => {
        expect(await reads.revokedAt(accountId, one.manager)).toBe(again);
        expect(await reads.lastRevoke(accountId)).toEqual({ at: again });
      });
    });

    it('is told to all managers where nobody is excepted', async () => {
      const notice = someNotice({ event: 'revoke', to: { channel: 'otherManagers' } });
      await store.transaction((tx) => tx.addNotices([notice]));
      for (;;) {
        const claimed = await store.transaction((tx) => tx.claimNotice(MINUTE));
        if (claimed?.id !== notice.id) continue;
        expect(claimed).toEqual({ ...notice, tries: 1 });
        return;
      }
    });
  });

  describe('an account', () => {
    it('is remembered by its id and by its name in any case, from the newest flow', async () => {
      const accountId = randomUUID();
      const name = `Grupp-${randomUUID()}`;
      await storedFlow(store, { accountId, accountName: 'before', startedAt: 1 });
      await storedFlow(store, { accountId, accountName: name, startedAt: 2 });
      const { accountId: numbered } = someEnrollment();
      await store.transaction(async (tx) => {
        await tx.saveEnrollment(someEnrollment({ accountId: numbered }));
        const asked = [accountId.toUpperCase(), name.toUpperCase(), numbered, 'nobody'];
        const found = [];
        for (const nameOrId of asked) found.push(await tx.rememberedAccount(nameOrId));
        expect(found).toEqual([
          { id: accountId, name },
          { id: accountId, name },
          { id: numbered, name: undefined },
          undefined,
        ]);
      });
    });

    it('shows the failures of all its managers and its newest message', async () => {
      const accountId = randomUUID();
      const [one, two] = [someManager(), someManager()];
      const sends = [someSend({ accountId }), someSend({ accountId }), someSend()];
      for (const send of sends) {
        await store.transaction((tx) => tx.addSend(send));
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await store.transaction((tx) => tx.addFailure({ kind: 'code', manager: one, accountId }));
      await store.transaction(async (tx) => {
        await tx.addFailure({ kind: 'proof', manager: two, accountId });
        await tx.addFailure({ kind: 'code', manager: two, accountId: randomUUID() });
        const found = await tx.failuresOf({ accountId, since: 0 });
        expect(found).toHaveLength(2);
        expect(found).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ kind: 'code', manager: one }),
            expect.objectContaining({ kind: 'proof', manager: two }),
          ]),
        );
        expect(await tx.failuresOf({ accountId, since: tx.now + 1 })).toEqual([]);
        expect((await tx.lastSendAbout(accountId))?.id).toBe(sends[1]!.id);
        expect(await tx.lastSendAbout(randomUUID())).toBeUndefined();
      });
    });
  });

  describe('what is past its time', () => {
    it('is forgotten, each kind by its own limit, and nothing else', async () => {
      const now = await store.transaction((tx) => Promise.resolve(tx.now));
      const old = await storedFlow(store, {
        expiresAt: now - MINUTE,
        endedAt: now - MINUTE,
        state: { step: 'cancelled' },
      });
      const open = await storedFlow(store, { expiresAt: now + 15 * MINUTE });
      const handle = randomUUID();
      const { manager, accountId } = old;
      await store.transaction(async (tx) => {
        for (const { id: flowId } of [old, open]) {
          const expiresAt = flowId === old.id ? tx.now - MINUTE : tx.now + MINUTE;
          await tx.setPasscode({
            mobile: '+46701740605',
            flowId,
            code: new Secret('482913'),
            expiresAt,
          });
          await tx.tryPasscode({
            mobile: '+46701740605',
            flowId,
            draw: 1,
            code: new Secret('000000'),
          });
        }
        await tx.addFailure({ kind: 'code', manager, accountId });
        await tx.addSend(someSend({ manager, flowId: old.id, accountId }));
        await tx.addButtons([{ handle, manager, accountId }]);
      });
      const forget = (some: Partial<Retention>) =>
        store.transaction((tx) => tx.forget({ ...NOTHING, ...some }, 1_000));
      const left = () =>
        store.transaction(async (tx) => ({
          flow: (await tx.flow(old.id)) !== undefined,
          open: (await tx.flow(open.id)) !== undefined,
          tries: await tx.tryPasscode({
            mobile: '+46701740605',
            flowId: old.id,
            draw: 1,
            code: new Secret('000000'),
          }),
          failures: (await tx.failuresOf({ accountId, since: 0 })).length,
          send: (await tx.lastSendAbout(accountId)) !== undefined,
          button: (await tx.button(handle)) !== undefined,
        }));
      const all = {
        flow: true,
        open: true,
        tries: 'repeated',
        failures: 1,
        send: true,
        button: true,
      };
      await forget({});
      expect(await left()).toEqual(all);
      await forget({ codesBefore: now });
      // No longer known as tried, so it counts as a new guess.
      expect(await left()).toEqual({ ...all, tries: 'noMatch' });
      await forget({ failuresBefore: now + MINUTE });
      expect(await left()).toEqual({ ...all, failures: 0 });
      await forget({ flowsBefore: now + MINUTE });
      await store.transaction(async (tx) => {
        expect(await tx.flow(old.id)).toBeUndefined();
        expect(await tx.lastSendAbout(accountId)).toBeUndefined();
        expect(await tx.button(handle)).toBeDefined();
      });
      await forget({ buttonsBefore: now + MINUTE });
      await store.transaction(async (tx) => {
        expect(await tx.button(handle)).toBeUndefined();
        expect(await tx.flow(open.id)).toBeDefined();
        const guess = {
          mobile: '+46701740605',
          flowId: open.id,
          draw: 2,
          code: new Secret('482913'),
        };
        expect(await tx.tryPasscode(guess)).toBe('match');
      });
    });

    it('goes in batches', async () => {
      const accountId = randomUUID();
      const manager = someManager();
      const now = await store.transaction(async (tx) => {
        for (let count = 0; count < 5; count += 1) {
          await tx.addFailure({ kind: 'code', manager, accountId });
        }
        return tx.now;
      });
      await store.transaction((tx) => tx.forget({ ...NOTHING, failuresBefore: now }, 1_000));
      const forget = () =>
        store.transaction((tx) => tx.forget({ ...NOTHING, failuresBefore: now + 1 }, 3));
      expect(await forget()).toBe(3);
      expect(await forget()).toBe(2);
      expect(await forget()).toBe(0);
    });
  });
}
