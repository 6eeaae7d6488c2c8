import { expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import type { AuditEvent } from '../../src/domain/audit.ts';
import type { Store, StoreTransaction } from '../../src/ports/store/store.ts';
import { createDenials } from '../../src/service/people/denials.ts';
import { silentLog } from '../adapters/store/support.ts';

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
