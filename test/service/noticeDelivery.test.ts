import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { DirectoryError, StoreError } from '../../src/ports/errors.ts';
import type { SmsOutcome } from '../../src/ports/sms.ts';
import type { Notice, NoticeLane } from '../../src/ports/store/notices.ts';
import type { StoreTransaction } from '../../src/ports/store/store.ts';
import { createSendPace } from '../../src/service/chat/sendPace.ts';
import type { Deps } from '../../src/service/deps.ts';
import { deliverNotice } from '../../src/service/notices/noticeDelivery.ts';
import { MOBILE, someAddress, someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';
import { silentLog } from '../support/silentLog.ts';

const store = await storeOfSuite();

type Transact = typeof store.transaction;
const pauses: number[] = [];
const basics = {
  store,
  log: silentLog,
  random: { id: randomUUID },
  settings: { defaultLocale: 'sv', tenantId: randomUUID(), desk: { names: [] } },
  smsTexts: { notice: () => 'a text' },
  delay: (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  },
};
const pace = createSendPace({ delay: () => Promise.resolve() });

const count = () => store.transaction((tx) => tx.countNotices());
const claim = (lane: NoticeLane) => store.transaction((tx) => tx.claimNotice(MINUTE_MS, lane));

beforeEach(() => void pauses.splice(0));

/** Delivers a notice of that age, tried so often before, once, with these parts; gives how many more wait then. */
async function deliver(
  lane: NoticeLane,
  notice: Pick<Notice, 'to'> & Partial<Notice>,
  parts: object,
  { ageMs = 0, triesBefore = 0 } = {},
): Promise<number> {
  // Those of earlier tests come later.
  while ((await claim(lane)) !== undefined);
  const before = await count();
  const about = {
    event: 'revoke',
    accountId: randomUUID(),
    accountName: 'a',
    byName: 'b',
  } as const;
  await store.transaction(async (tx) => {
    await tx.addNotices([{ id: randomUUID(), ...about, at: tx.now - ageMs, ...notice }]);
    for (let time = 0; time < triesBefore; time += 1) await tx.claimNotice(0, lane);
  });
  const deps = { ...basics, ...parts } as unknown as Deps;
  expect(await deliverNotice(deps, lane, pace, new AbortController().signal)).toBe(true);
  return (await count()) - before;
}

const TEXT = { to: { channel: 'sms', mobile: MOBILE, locale: 'sv' } } as const;

const smsThat = (outcome: SmsOutcome) => ({ sms: { send: () => Promise.resolve(outcome) } });
const DOWN = smsThat({ outcome: 'refused', fault: 'service', code: '20500' });
const UP = smsThat({ outcome: 'accepted', messageId: 'SM1' });

it('lets texts rest after one that the SMS service did not take', async () => {
  expect(await deliver('sms', TEXT, DOWN)).toBe(1);
  expect(pauses).toEqual([5_000]);
});

it('tries again within five minutes for a day, however often it was tried', async () => {
  const dueIn: number[] = [];
  const transaction: Transact = (work) =>
    store.transaction((tx) => {
      const postponeNotice: StoreTransaction['postponeNotice'] = (id, at) => {
        dueIn.push(at - tx.now);
        return tx.postponeNotice(id, at);
      };
      return work(Object.create(tx, { postponeNotice: { value: postponeNotice } }));
    });
  const parts = { ...DOWN, store: { ...store, transaction } };
  for (const triesBefore of [0, 20]) {
    expect(await deliver('sms', TEXT, parts, { triesBefore })).toBe(1);
  }
  expect(dueIn).toEqual([2_000, 5 * MINUTE_MS]);
});

it('is noted once the database is back, and sent once', async () => {
  let [sent, calls] = [0, 0];
  const transaction: Transact = (work) => {
    calls += 1;
    // The first one takes the notice up.
    if (calls === 2 || calls === 3) return Promise.reject(new StoreError('unavailable', 'away'));
    return store.transaction(work);
  };
  const send = () => {
    sent += 1;
    return UP.sms.send();
  };
  const parts = { sms: { send }, store: { ...store, transaction } };
  expect(await deliver('sms', TEXT, parts)).toBe(0);
  expect([sent, pauses]).toEqual([1, [500, 500]]);
});

/** Finds those to whom an account's notice goes, whom the directory reads so; gives how many more notices wait then. */
async function findOthers(
  responsibilityFor: (notice: { id: string; entry: string }) => Promise<unknown>,
  ageMs = 0,
): Promise<number> {
  const [manager, entry, id, accountId] = [someManager(), randomUUID(), randomUUID(), randomUUID()];
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager, directoryId: entry, address: someAddress(manager) });
    await tx.rememberAnswering(accountId, [entry]);
  });
  const directory = {
    responsibilityFor: () => responsibilityFor({ id, entry }),
    managerById: () => Promise.resolve({ id: entry, displayName: 'Asa' }),
    accountOf: () => Promise.resolve(undefined),
  };
  const notice = { id, accountId, to: { channel: 'otherManagers' } } as const;
  return deliver('chat', notice, { directory }, { ageMs });
}

const answer = ({ entry }: { entry: string }) =>
  Promise.resolve({
    account: { id: 'a', name: 'a' },
    managers: [{ id: entry, displayName: 'Asa' }],
    isCrowd: false,
  });

it('finds those who answer once, where another instance has found them meanwhile', async () => {
  expect(await findOthers(answer)).toBe(1);
  const found = await findOthers(async (notice) => {
    await store.transaction((tx) => tx.removeNotice({ id: notice.id, tries: 1 }));
    return answer(notice);
  });
  expect(found).toBe(0);
});

it('waits an hour for an account that cannot be read, and then tells those whom the store knows', async () => {
  const away = () => Promise.reject(new DirectoryError('unreachable', 'away'));
  expect(await findOthers(away, 59 * MINUTE_MS)).toBe(1);
  expect(await claim('chat')).toBeUndefined();
  expect(await findOthers(away, 61 * MINUTE_MS)).toBe(1);
  expect((await claim('chat'))?.to.channel).toBe('chat');
});

it('tells the auditor after a day that the directory was away, where it kept a notice from the managers', async () => {
  const [actor, accountId] = [someManager(), randomUUID()];
  await store.transaction((tx) => tx.saveManager({ key: actor, directoryId: randomUUID() }));
  const away = () => Promise.reject(new DirectoryError('unreachable', 'away'));
  const directory = { responsibilityFor: away, managerById: away, accountOf: away };
  const notice = { accountId, to: { channel: 'otherManagers', except: actor } } as const;
  const tried = { ageMs: 25 * HOUR_MS, triesBefore: 20 };
  expect(await deliver('chat', notice, { directory }, tried)).toBe(0);
  const rows: unknown[] = [];
  for await (const row of store.audit.read()) if (row.account === accountId) rows.push(row);
  expect(rows).toMatchObject([
    { event: 'notice.failed', result: 'failed', reason: 'directoryUnavailable' },
  ]);
});
