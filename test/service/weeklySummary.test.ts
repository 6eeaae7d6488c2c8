import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { NotifierError } from '../../src/ports/errors.ts';
import type { SweepDeps } from '../../src/service/deps.ts';
import { settleLost } from '../../src/service/reminders/sendOnce.ts';
import { tellFallback } from '../../src/service/reminders/unanswered.ts';
import { someAddress, someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';
import { silentLog } from '../support/silentLog.ts';

const store = await storeOfSuite();
const { signal } = new AbortController();
const lease = { keep: () => Promise.resolve(), signal };

/** The rows that `work` adds to the audit. */
async function auditedBy(work: () => Promise<unknown>): Promise<unknown[]> {
  const { seq } = await store.audit.head();
  await work();
  const rows: unknown[] = [];
  for await (const row of store.audit.read()) if (row.seq > seq) rows.push(row);
  return rows;
}

/** A fallback person, to whom this week's summary is posted as `end` says. */
async function someFallback() {
  const key = someManager();
  const person = { id: randomUUID(), displayName: 'Reserv' };
  await store.transaction((tx) =>
    tx.saveManager({ key, directoryId: person.id, address: someAddress(key) }),
  );
  const calendar = { isSending: () => true, weekOf: () => '2026-11-23' };
  let posts = 0;
  const tell = (end: () => Promise<string>) => {
    const deps = {
      store,
      log: silentLog,
      random: { id: randomUUID, fraction: () => 0 },
      settings: {
        tenantId: key.tenantId,
        defaultLocale: 'sv',
        rotation: { fallbackUpn: 'reserv@orebro.example', calendar },
      },
      directory: { findManager: () => Promise.resolve(person) },
      notifier: { post: () => ((posts += 1), end()), open: () => end() },
    } as unknown as SweepDeps;
    const sweep = { deps, lease, signal, pace: { turn: () => Promise.resolve() } };
    return tellFallback(sweep, { unanswered: [{ name: 'grupp', dueAt: 0 }], silenced: [] });
  };
  return { tell, posts: () => posts };
}

const comes = () => Promise.resolve('message-1');
const fails =
  (...fault: ConstructorParameters<typeof NotifierError>) =>
  () =>
    Promise.reject(new NotifierError(...fault));

it.each([
  ['comes', comes, 'notice.sent', 'ok', 1],
  ['may have come', fails('ambiguous', 'cut off'), 'notice.failed', 'unknown', 1],
  ['finds the bot removed', fails('unreachable', 'gone'), 'notice.failed', 'failed', 1],
  // These surely did not come: the next sweep of the week tries again.
  ['is not taken', fails('refused', 'no'), 'notice.failed', 'failed', 2],
  ['finds Teams busy', fails('refused', 'no', { isBusy: true }), 'notice.failed', 'failed', 2],
] as const)(
  'that %s is told to the auditor as a notice that names no account, and never sent twice',
  async (_, end, event, result, posts) => {
    const fallback = await someFallback();
    const told = { event, account: null, actor: 'system', result, reason: 'unanswered' };
    expect(await auditedBy(() => fallback.tell(end))).toEqual([expect.objectContaining(told)]);
    await fallback.tell(comes);
    await fallback.tell(comes);
    expect(fallback.posts()).toBe(posts);
  },
);

it('whose sender died is told to the auditor as a notice that names no account', async () => {
  await store.transaction((tx) =>
    tx.reserveReminder({
      ...{ handle: randomUUID(), accountId: 'unanswered', accountName: '', cycle: '2026-11-23' },
      ...{ stage: 0, recipient: 'tenant/person', repeat: 0 },
    }),
  );
  expect(await auditedBy(() => settleLost({ store }, lease))).toMatchObject([
    { event: 'notice.failed', account: null, result: 'unknown', reason: 'unanswered' },
  ]);
});
