import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ManagerKey } from '../../src/domain/parties.ts';
import type { CodeSend } from '../../src/ports/store/sends.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { someEnrollment, someManager, someSend } from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

/** The store's contract for all counters: failures and code messages. */
export function storedCountsContract(opened: () => StorePair): void {
  let pair: StorePair;
  let store: Store;
  beforeAll(() => {
    pair = opened();
    store = pair.one;
  });

  describe('failures', () => {
    it('are counted by account and kind, each with its manager', async () => {
      const accountId = randomUUID();
      const [anna, bo] = [someManager(), someManager()];
      const kind = 'code';
      const before = await store.transaction(async (tx) => {
        await tx.addFailure({ kind, manager: anna, accountId });
        await tx.addFailure({ kind: 'proof', manager: anna, accountId });
        return tx.now;
      });
      await pause(3);
      await store.transaction((tx) => tx.addFailure({ kind, manager: bo, accountId }));
      await store.transaction(async (tx) => {
        const all = await tx.failureTimes({ kind, accountId, since: before });
        expect(all).toHaveLength(2);
        expect(all[0]).toBeGreaterThan(all[1]!);
        expect(all[1]).toBe(before);
        expect(await tx.failureTimes({ kind, accountId, since: before + 1 })).toEqual([all[0]]);
        const each = await tx.failuresOf({ accountId, since: before });
        expect(each.map((failure) => [failure.kind, failure.manager])).toEqual(
          expect.arrayContaining([
            [kind, bo],
            [kind, anna],
            ['proof', anna],
          ]),
        );
        expect(each).toHaveLength(3);
      });
    });

    it('are taken back one by one, forgotten for one manager, or for all', async () => {
      const accountId = randomUUID();
      const [anna, bo, cia] = [someManager(), someManager(), someManager()];
      const kind = 'proof';
      const count = () =>
        store.transaction(
          async (tx) => (await tx.failureTimes({ kind, accountId, since: 0 })).length,
        );
      const ids = await store.transaction(async (tx) => [
        await tx.addFailure({ kind, manager: anna, accountId }),
        await tx.addFailure({ kind, manager: anna, accountId }),
        await tx.addFailure({ kind, manager: bo, accountId }),
        await tx.addFailure({ kind, manager: cia, accountId }),
      ]);
      await store.transaction((tx) => tx.removeFailure(ids[0]!));
      expect(await count()).toBe(3);
      await store.transaction((tx) => tx.clearFailures({ kind: 'code', accountId }));
      expect(await count()).toBe(3);
      await store.transaction((tx) => tx.clearFailures({ kind, accountId, manager: anna }));
      expect(await count()).toBe(2);
      await store.transaction((tx) => tx.clearFailures({ kind, accountId }));
      expect(await count()).toBe(0);
    });
  });

  describe('code messages', () => {
    it('count from their reservation, unless they were refused', async () => {
      const send = someSend();
      const { flowId, mobile, manager } = send;
      const start = await store.transaction(async (tx) => {
        await tx.addSend(send);
        return tx.now;
      });
      const times = (query: { flowId?: string; mobile: string; since?: number }) =>
        store.transaction(async (tx) => {
          const { number, flowNumber } = await tx.numberUse({ manager, since: start, ...query });
          return query.flowId === undefined ? number : flowNumber;
        });
      const byManager = () => store.transaction((tx) => tx.managerSends({ manager, since: start }));
      expect(await times({ flowId, mobile })).toEqual([start]);
      expect(await times({ mobile })).toEqual([start]);
      expect(await byManager()).toEqual({ manager: [start], refused: [] });
      expect(await times({ mobile: '+46709999999' })).toEqual([]);
      expect(await times({ flowId, mobile, since: start + 1 })).toEqual([]);

      const counted = await store.transaction((tx) => tx.countSends(start));
      expect(counted).toBeGreaterThanOrEqual(1);
      await store.transaction((tx) => tx.settleSend(send.id, 'refused'));
      expect(await times({ mobile })).toEqual([]);
      expect(await byManager()).toEqual({ manager: [], refused: [start] });
      expect(await store.transaction((tx) => tx.countSends(start))).toBe(counted - 1);
    });

    it('tell how a number stands to a manager, and where else codes of that manager went', async () => {
      const anna = someEnrollment();
      const bo = someManager();
      const start = await store.transaction((tx) => {
        return tx.saveEnrollment(anna).then(() => tx.now);
      });
      const use = (mobile: string, manager: ManagerKey) =>
        store.transaction((tx) => tx.numberUse({ mobile, manager, since: start }));
      const sent = async (send: CodeSend): Promise<number> => {
        await pause(3);
        return store.transaction(async (tx) => {
          await tx.addSend(send);
          return tx.now;
        });
      };
      expect(await use(anna.mobile, anna.manager)).toEqual({
        number: [],
        flowNumber: [],
        isEnrolled: true,
        strangers: [],
        unproven: [],
        ownUnproven: [],
      });
      const own = await sent(someSend({ manager: anna.manager, mobile: anna.mobile }));
      const first = await sent(someSend({ manager: bo, mobile: anna.mobile }));
      const second = await sent(someSend({ manager: bo, mobile: anna.mobile }));
      expect(await use(anna.mobile, bo)).toEqual({
        number: [second, first, own],
        flowNumber: [],
        isEnrolled: false,
        strangers: [second, first],
        unproven: [],
        ownUnproven: [second, first],
      });
      const other = someSend({ manager: bo });
      const third = await sent(other);
      expect(await use(someSend().mobile, bo)).toEqual({
        number: [],
        flowNumber: [],
        isEnrolled: false,
        strangers: [],
        unproven: [third, second],
        ownUnproven: [],
      });
      expect((await use(other.mobile, bo)).unproven).toEqual([second]);
      await store.transaction(async (tx) => {
        await tx.settleSend(other.id, 'refused');
        await tx.saveEnrollment(someEnrollment({ manager: bo, mobile: anna.mobile }));
      });
      expect((await use(someSend().mobile, bo)).unproven).toEqual([]);
    });

    it('tell the newest of a flow', async () => {
      const flowId = randomUUID();
      expect(await store.transaction((tx) => tx.lastSend(flowId))).toBeUndefined();
      const [first, second] = [someSend({ flowId }), someSend({ flowId })];
      await store.transaction((tx) => tx.addSend(first));
      await pause(3);
      const createdAt = await store.transaction(async (tx) => {
        await tx.addSend(second);
        return tx.now;
      });
      await store.transaction((tx) => tx.settleSend(second.id, 'unknown'));
      const last = await store.transaction((tx) => tx.lastSend(flowId));
      expect(last).toEqual({ id: second.id, flowId, createdAt, outcome: 'unknown' });
    });

    it.each([
      [['sent', 'delivered'], 'delivered'],
      [['delivered', 'sent'], 'delivered'],
      [['failed', 'delivered'], 'failed'],
      [['sent', 'failed', 'sent'], 'failed'],
    ] as const)('take the reports %j for %s', async (reports, fate) => {
      const send = someSend();
      const messageId = `SM${randomUUID()}`;
      await store.transaction(async (tx) => {
        await tx.addSend(send);
        await tx.settleSend(send.id, 'accepted', messageId);
      });
      for (const report of reports) {
        await store.transaction((tx) => tx.setSendFate(messageId, report));
      }
      expect((await store.transaction((tx) => tx.lastSend(send.flowId)))?.fate).toBe(fate);
    });

    it('answer a report that moves nothing forward with nothing', async () => {
      const send = someSend();
      const messageId = `SM${randomUUID()}`;
      await store.transaction(async (tx) => {
        await tx.addSend(send);
        await tx.settleSend(send.id, 'accepted', messageId);
      });
      const report = (fate: 'sent' | 'delivered') =>
        store.transaction((tx) => tx.setSendFate(messageId, fate));
      expect(await report('sent')).toMatchObject({ id: send.id, fate: 'sent' });
      expect(await report('sent')).toBeUndefined();
      expect(await report('delivered')).toMatchObject({ outcome: 'accepted', fate: 'delivered' });
      expect(await report('delivered')).toBeUndefined();
      expect(await store.transaction((tx) => tx.setSendFate('SMunknown', 'sent'))).toBeUndefined();
    });
  });
}
