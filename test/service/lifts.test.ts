import { expect, it } from '@jest/globals';
import { openStore } from '../../src/adapters/store/open.ts';
import { QUESTIONS_LOOKBACK_MS } from '../../src/domain/desk/callerCheck.ts';
import { spendLift } from '../../src/service/desk/callers.ts';
import { rawSqlite } from '../adapters/store/rawSqlite.ts';
import { silentLog, someKey } from '../adapters/store/support.ts';
import { someCheck } from '../contracts/storeDesk.ts';
import { MINUTE } from '../contracts/storeSamples.ts';

it('lifts an account’s lockouts once a day, on a confirmation that still holds', async () => {
  const database = await rawSqlite();
  const options = { database: database.options, keys: [someKey('k1')], instance: 'one' };
  const store = await openStore({ ...options, migrate: true }, silentLog);
  const now = Date.now();
  const { accountId } = someCheck();
  const confirmed = (askedAt: number, until = now + MINUTE) =>
    someCheck({ accountId, askedAt, state: { step: 'confirmed', until } });
  const former = { ...confirmed(now - QUESTIONS_LOOKBACK_MS - MINUTE), hasLifted: true };
  const over = confirmed(now - 20 * MINUTE, now - MINUTE);
  const denied = someCheck({ accountId, state: { step: 'denied', reason: 'denied' } });
  // Two agents, and another account.
  const [one, two] = [confirmed(now), confirmed(now)];
  const elsewhere = { ...confirmed(now), accountId: someCheck().accountId };
  await store.transaction(async (tx) => {
    for (const check of [former, over, denied, one, two, elsewhere]) {
      await tx.addCallerCheck(check, now);
    }
  });
  const spend = (check: typeof one) => store.transaction((tx) => spendLift(tx, check));
  expect([await spend(over), await spend(denied)]).toEqual([false, false]);
  expect(await spend(one)).toBe(true);
  expect([await spend(two), await spend(one)]).toEqual([false, false]);
  expect(await spend(elsewhere)).toBe(true);
  await store.close();
  await database.remove();
});
