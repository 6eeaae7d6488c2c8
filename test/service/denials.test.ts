import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { AuditEvent } from '../../src/domain/audit.ts';
import { managerName } from '../../src/domain/parties.ts';
import type { Store, StoreTransaction } from '../../src/ports/store/store.ts';
import { createDenials } from '../../src/service/people/denials.ts';
import { createBundles } from '../../src/service/waiting/bundles.ts';
import { silentLog } from '../adapters/store/support.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

it('has a row for an event whose transaction is kept after its minute has ended', async () => {
  const rows: AuditEvent[] = [];
  /** One transaction; gives the function that keeps it. */
  const begin = () => {
    const own: AuditEvent[] = [];
    const after: (() => void)[] = [];
    const tx = {
      audit: (event: AuditEvent) => own.push(event),
      afterCommit: (say: () => void) => after.push(say),
    } as unknown as StoreTransaction;
    const keep = (): void => {
      rows.push(...own);
      for (const say of after) say();
    };
    return { tx, keep };
  };
  const transaction = async (work: (tx: StoreTransaction) => Promise<unknown>) => {
    const { tx, keep } = begin();
    await work(tx);
    keep();
  };
  const denials = createDenials({ transaction } as unknown as Store, silentLog);
  const event = { event: 'code.locked', actor: 'a/b', result: 'refused' } as const;
  const first = begin();
  denials.auditIn(first.tx, event);
  first.keep();
  const second = begin();
  denials.auditIn(second.tx, event);
  await denials.settle(event);
  second.keep();
  await denials.flush();
  expect(rows).toHaveLength(2);
});

it('keeps a person who is turned away from an account apart from the other accounts, for a minute', async () => {
  const transaction = () => Promise.reject(new Error('nothing to write'));
  const denials = createDenials({ transaction } as unknown as Store, silentLog, 50);
  const key = { tenantId: 'a', aadObjectId: 'b' };
  for (let times = 0; times < 4; times += 1) denials.foundNothing(key, 'one');
  expect(denials.isKnown(key, 'one')).toBe(false);
  denials.foundNothing(key, 'one');
  expect(denials.isKnown(key, 'one')).toBe(true);
  expect(denials.isKnown(key, 'other')).toBe(false);
  expect(denials.isKnown(key)).toBe(false);
  expect(denials.isKnown({ ...key, aadObjectId: 'c' }, 'one')).toBe(false);
  while (denials.isKnown(key, 'one')) await setImmediate();
});

it('tells of those that were counted once before the row that follows from them, and of later ones at the end', async () => {
  const denials = createDenials(store, silentLog);
  const key = { tenantId: randomUUID(), aadObjectId: randomUUID() };
  const actor = managerName(key);
  const [account, other] = [randomUUID(), randomUUID()];
  const rows = async (of: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { account: about, event, reason } of store.audit.read()) {
      if (about === of) found.push(`${event} ${reason ?? '-'}`);
    }
    return found;
  };
  for (const about of [account, account, account, other, other]) await denials.audit(key, about);
  await store.transaction(async (tx) => {
    denials.settleIn(tx, { event: 'access.denied', actor, account, result: 'refused' });
    tx.audit({ event: 'reset.started', actor, account, result: 'ok' });
    // Counted while the transaction is under way.
    await denials.audit(key, account);
  });
  const told = ['notResponsible', 'notResponsible ×2'].map((reason) => `access.denied ${reason}`);
  expect(await rows(account)).toEqual([...told, 'reset.started -']);
  expect(await rows(other)).toEqual(told.slice(0, 1));
  await denials.flush();
  expect(await rows(account)).toEqual([...told, 'reset.started -', told[0]]);
  expect(await rows(other)).toEqual([told[0], told[0]]);
});

it('has the last of those that were counted, and tells at once again after a minute without any', async () => {
  const told: (readonly [string, number])[] = [];
  const bundles = createBundles<string>((last, more) => {
    told.push([last, more]);
    return Promise.resolve();
  }, 20);
  bundles.begin('kind', 'first');
  for (const event of ['second', 'third']) bundles.count('kind', event);
  const latest = performance.now() + 10_000;
  while (bundles.isUnderWay('kind') && performance.now() < latest) await setImmediate();
  expect(told).toEqual([['third', 2]]);
  expect(bundles.count('kind', 'fourth')).toBe(false);
});

it('keeps ten thousand at once', async () => {
  const denials = createDenials(store, silentLog);
  const bundles = createBundles(() => Promise.resolve());
  const keyOf = (at: number) => ({ tenantId: 'a', aadObjectId: String(at) });
  for (let at = 0; at <= 10_000; at += 1) {
    for (let times = 0; times < 5; times += 1) denials.foundNothing(keyOf(at));
    bundles.begin(String(at), undefined);
  }
  expect([denials.isKnown(keyOf(9_999)), denials.isKnown(keyOf(10_000))]).toEqual([true, false]);
  expect([bundles.isUnderWay('9999'), bundles.isUnderWay('10000')]).toEqual([true, false]);
  await Promise.all([denials.flush(), bundles.flush()]);
});

it('tells of an event that comes after two have settled the ones before it at once', async () => {
  const told: number[] = [];
  const bundles = createBundles<string>((_last, more) => {
    told.push(more);
    return Promise.resolve();
  });
  bundles.begin('kind', 'first');
  for (let times = 0; times < 2; times += 1) bundles.count('kind', 'further');
  const settlings = [bundles.counted(() => true), bundles.counted(() => true)].flat();
  for (const settling of settlings) settling.told();
  bundles.count('kind', 'last');
  await bundles.flush();
  expect(told).toEqual([1]);
});
