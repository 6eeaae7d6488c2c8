import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { HOUR_MS } from '../../src/domain/durations.ts';
import type { NoticeEvent } from '../../src/ports/noticeView.ts';
import type { StoreTransaction } from '../../src/ports/store/store.ts';
import type { Deps } from '../../src/service/deps.ts';
import { createSendPace } from '../../src/service/chat/sendPace.ts';
import { deliverNotice } from '../../src/service/notices/noticeDelivery.ts';
import { silentLog } from '../support/silentLog.ts';
import { someAddress, someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

const logged: object[] = [];
const log = { ...silentLog, error: (fields: object) => void logged.push(fields) };
const deps = { store, log, settings: { defaultLocale: 'sv' } } as unknown as Deps;
const pace = createSendPace({ delay: () => Promise.resolve() });

/** Lets the notice that is due have been tried so often. */
async function wasTried(tx: StoreTransaction, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await tx.claimNotice(0, 'chat');
}

/** One try to tell a manager who has removed the bot; gives how many notices wait then, and what was noted. */
async function tryOnce(event: NoticeEvent, ageMs: number, triesBefore = 0) {
  const manager = someManager();
  const accountId = randomUUID();
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager });
    const about = { event, accountId, accountName: 'grupp', byName: 'Asa', at: tx.now - ageMs };
    await tx.addNotices([{ id: randomUUID(), ...about, to: { channel: 'chat', manager } }]);
    await wasTried(tx, triesBefore);
  });
  expect(await deliverNotice(deps, 'chat', pace, new AbortController().signal)).toBe(true);
  const rows: (string | null)[] = [];
  for await (const row of store.audit.read()) if (row.account === accountId) rows.push(row.reason);
  return { waiting: await store.transaction((tx) => tx.countNotices()), rows };
}

it('waits for the bot’s return where it tells the manager of an enrollment in their name', async () => {
  const notice = { event: 'ownEnrollment', ageMs: HOUR_MS } as const;
  expect(await tryOnce(notice.event, notice.ageMs)).toEqual({ waiting: 1, rows: [] });
  expect(logged).toEqual([]);
});

it('is given up at once where others are told too, and after a day where they are not', async () => {
  expect(await tryOnce('reset', 0)).toEqual({ waiting: 1, rows: ['notInTeams'] });
  expect(logged).toEqual([]);
  expect(await tryOnce('ownEnrollment', 25 * HOUR_MS, 9)).toEqual({
    waiting: 1,
    rows: ['notInTeams'],
  });
  expect(logged).toEqual([{ alarm: 'noticeLost', reason: 'notInTeams' }]);
});

it('is tried again after a stop of days, however old it is', async () => {
  logged.splice(0);
  expect(await tryOnce('ownEnrollment', 50 * HOUR_MS)).toEqual({ waiting: 2, rows: [] });
  expect(logged).toEqual([]);
});

it('is given up after a day, with an alarm, also where a fault of the bot’s own keeps it back', async () => {
  const manager = someManager();
  const bug = new Error('a card that cannot be drawn');
  const faulty = { ...deps, notifier: { post: () => Promise.reject(bug) } } as unknown as Deps;
  const deliver = () => deliverNotice(faulty, 'chat', pace, new AbortController().signal);
  const before = await store.transaction((tx) => tx.countNotices());
  logged.splice(0);
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager, address: someAddress(manager) });
    const about = {
      event: 'reset',
      accountId: randomUUID(),
      accountName: 'a',
      byName: 'b',
    } as const;
    const to = { channel: 'chat', manager } as const;
    await tx.addNotices([{ id: randomUUID(), ...about, at: tx.now - 25 * HOUR_MS, to }]);
    await wasTried(tx, 9);
  });
  await expect(deliver()).rejects.toBe(bug);
  expect(logged).toEqual([{ alarm: 'noticeLost', reason: 'temporarilyUnavailable' }]);
  expect(await store.transaction((tx) => tx.countNotices())).toBe(before);
});
