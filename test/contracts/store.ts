import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ResetFlow } from '../../src/domain/flows/flow.ts';
import { StoreError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { expectBetween } from '../support/between.ts';
import { firstGood } from '../support/tries.ts';
import { storeAdministrationContract } from './storeAdministration.ts';
import { storedCountsContract } from './storeCounts.ts';
import { storedDeskContract } from './storeDesk.ts';
import { storedFlowsContract } from './storeFlows.ts';
import { storedPeopleContract } from './storePeople.ts';
import { storedRemindersContract } from './storeReminders.ts';
import { MINUTE, someFlow, someManager, storedFlow } from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

/** The contract of every store, run on each of them. */
export function storeContract(open: () => Promise<StorePair>): void {
  let pair: StorePair;
  let store: Store;
  beforeAll(async () => {
    pair = await open();
    store = pair.one;
  });
  afterAll(() => pair.close());
  const withFlow = (changes?: Partial<ResetFlow>) => storedFlow(store, changes);

  describe('a transaction', () => {
    it('keeps nothing of work that fails, and gives its error on', async () => {
      const flow = someFlow();
      const failure = new Error('a bug');
      const attempt = store.transaction(async (tx) => {
        await tx.addFlow(flow);
        throw failure;
      });
      await expect(attempt).rejects.toBe(failure);
      expect(await store.transaction((tx) => tx.flow(flow.id))).toBeUndefined();
    });

    it('keeps nothing when work goes on after a failed write', async () => {
      const flow = await withFlow();
      const manager = someManager();
      const attempt = store.transaction(async (tx) => {
        await tx.saveManager({ key: manager });
        await tx.addFlow(flow).catch(() => undefined);
      });
      await expect(attempt).rejects.toThrow(StoreError);
      expect(await store.transaction((tx) => tx.manager(manager))).toBeUndefined();
    });

    it('keeps nothing of work of which one part fails while another goes on', async () => {
      const flows = [someFlow(), someFlow(), someFlow()];
      const attempt = store.transaction((tx) =>
        Promise.all([
          tx.flow('none').then(() => {
            throw new Error('a bug');
          }),
          (async () => {
            for (const flow of flows) await tx.addFlow(flow).catch(() => undefined);
          })(),
        ]),
      );
      await expect(attempt).rejects.toThrow('a bug');
      await store.transaction(() => Promise.resolve());
      for (const { id } of flows) {
        expect(await store.read((reads) => reads.flow(id))).toBeUndefined();
      }
    });

    it('says what it wants said once it is kept, and nothing where it is not', async () => {
      const said: string[] = [];
      const flow = someFlow();
      await store.transaction(async (tx) => {
        tx.afterCommit(() => said.push('kept'));
        await tx.addFlow(flow);
        said.push('still under way');
      });
      const failed = store.transactionOn({ flow, lock: 'x' }, (tx) => {
        tx.afterCommit(() => said.push('never'));
        return Promise.reject(new Error('a bug'));
      });
      await expect(failed).rejects.toThrow('a bug');
      expect(said).toEqual(['still under way', 'kept']);
    });

    it('knows the time in epoch milliseconds', async () => {
      const before = Date.now();
      const now = await store.transaction((tx) => Promise.resolve(tx.now));
      expect(Number.isInteger(now)).toBe(true);
      expectBetween(now, before, Date.now());
    });

    it('does not go by the clock of its own process', async () => {
      const { now } = Date;
      const before = now();
      Date.now = () => now() + 5 * MINUTE;
      try {
        const seen = await store.transaction((tx) => Promise.resolve(tx.now));
        expectBetween(seen, before, now());
      } finally {
        Date.now = now;
      }
    });

    it('takes queries in parallel', async () => {
      const flow = await withFlow();
      const found = await store.transaction((tx) =>
        Promise.all([tx.flow(flow.id), tx.flow('none'), tx.manager(flow.manager)]),
      );
      expect(found).toEqual([flow, undefined, undefined]);
    });

    it('lets one at a time into a named lock, over all instances', async () => {
      const { manager, accountId } = someFlow();
      const kind = 'code';
      const limit = 5;
      const tries = Array.from({ length: 24 }, (_, index) =>
        (index % 2 === 0 ? pair.one : pair.other).transaction(async (tx) => {
          await tx.lock(`account ${accountId}`);
          const times = await tx.failureTimes({ kind, accountId, since: 0 });
          if (times.length >= limit) return false;
          await tx.addFailure({ kind, manager, accountId });
          return true;
        }),
      );
      const counted = (await Promise.all(tries)).filter(Boolean);
      expect(counted).toHaveLength(limit);
    });

    it('is refused to queries that come after its end', async () => {
      const late = await store.transaction((tx) => Promise.resolve({ flow: () => tx.flow('x') }));
      await expect(late.flow()).rejects.toThrow('after the end');
    });
  });

  describe('reading without a transaction', () => {
    it('shows what was committed, also by another instance', async () => {
      const flow = await withFlow();
      const found = await pair.other.read((reads) =>
        Promise.all([reads.flow(flow.id), reads.flow('none'), reads.manager(flow.manager)]),
      );
      expect(found).toEqual([flow, undefined, undefined]);
    });

    it('never shows what is not committed yet', async () => {
      const flow = someFlow();
      const isAdded = Promise.withResolvers<void>();
      const failed = store.transaction(async (tx) => {
        await tx.addFlow(flow);
        isAdded.resolve();
        await tx.flow(flow.id);
        throw new Error('not after all');
      });
      const refused = expect(failed).rejects.toThrow('not after all');
      await isAdded.promise;
      const seen = [store, pair.other].map((one) => one.read((reads) => reads.flow(flow.id)));
      expect(await Promise.all(seen)).toEqual([undefined, undefined]);
      await refused;
    });

    it('is refused to queries that come after its end', async () => {
      const late = await store.read((reads) => Promise.resolve({ flow: () => reads.flow('x') }));
      await expect(late.flow()).rejects.toThrow('after the end');
    });
  });

  describe('a transaction on a flow', () => {
    const lock = 'account of the flow';

    it('gets the flow as it stands, whatever was known of it', async () => {
      const known = await withFlow();
      const on = { flow: known, lock };
      expect(await store.transactionOn(on, (_tx, current) => Promise.resolve(current))).toEqual(
        known,
      );
      await store.transaction((tx) => tx.setFlowMessage(known.id, '1:new'));
      const saved = await store.transaction((tx) => tx.saveFlow({ ...known, draw: 7 }));
      const gone = { flow: { ...known, id: 'gone' }, lock };
      expect(await store.transactionOn(on, (_tx, current) => Promise.resolve(current))).toEqual(
        saved,
      );
      expect(saved).toMatchObject({ draw: 7, messageId: '1:new' });
      expect(
        await store.transactionOn(gone, (_tx, current) => Promise.resolve(current)),
      ).toBeUndefined();
    });

    it('tells the right time although it waited for its lock', async () => {
      const flow = await withFlow();
      const errorOnce = async (): Promise<number> => {
        const isHeld = Promise.withResolvers<void>();
        const holding = pair.other.transactionOn({ flow, lock }, async (tx) => {
          isHeld.resolve();
          const until = performance.now() + 1_500;
          while (performance.now() < until) await tx.flow(flow.id);
        });
        await isHeld.promise;
        await store.transactionOn({ flow, lock }, () => Promise.resolve());
        const error = Math.abs(store.now() - Date.now());
        await holding;
        return error;
      };
      // The answer that tells the time may be late on a busy machine.
      expect(await firstGood(errorOnce, (error) => error < 1_000)).toBeLessThan(1_000);
    });

    it('is alone with its lock, over all instances', async () => {
      const flow = await withFlow();
      const turns = Array.from({ length: 24 }, (_, index) =>
        (index % 2 === 0 ? pair.one : pair.other).transactionOn({ flow, lock }, (tx, current) =>
          tx.saveFlow({ ...flow, version: current?.version ?? 0, draw: (current?.draw ?? 0) + 1 }),
        ),
      );
      const saved = (await Promise.all(turns)).map((one) => one?.draw);
      expect(new Set(saved).size).toBe(24);
      expect(saved).not.toContain(undefined);
    });
  });

  storedFlowsContract(() => pair);
  storedCountsContract(() => pair);
  storedPeopleContract(() => pair);
  storedDeskContract(() => pair);
  storeAdministrationContract(() => pair);
  storedRemindersContract(() => pair);

  it('is ready until it is closed, which may be done twice', async () => {
    expect(await store.isReady()).toBe(true);
    const { one, close } = await open();
    await one.close();
    expect(await one.isReady()).toBe(false);
    await close();
  });
}
