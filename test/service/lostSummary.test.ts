import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { settleLost } from '../../src/service/reminders/sendOnce.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

it('tells the auditor of a weekly summary whose sender died as a notice, and names no account', async () => {
  await store.transaction((tx) =>
    tx.reserveReminder({
      ...{ handle: randomUUID(), accountId: 'unanswered', accountName: '', cycle: '2026-11-23' },
      ...{ stage: 0, recipient: 'tenant/person', repeat: 0 },
    }),
  );
  const signal = new AbortController().signal;
  await settleLost({ store }, { keep: () => Promise.resolve(), signal });
  const rows: unknown[] = [];
  for await (const row of store.audit.read()) rows.push(row);
  expect(rows).toMatchObject([
    { event: 'notice.failed', account: null, result: 'unknown', reason: 'unanswered' },
  ]);
});
