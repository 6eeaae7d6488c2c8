import { expect, it } from '@jest/globals';
import { QUESTIONS_LOOKBACK_MS } from '../../src/domain/desk/callerCheck.ts';
import { spendLift, vouchIn } from '../../src/service/desk/callers.ts';
import { someCheck } from '../contracts/storeDesk.ts';
import { MINUTE } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

it('lifts an account’s lockouts once a day, and vouches, on a confirmation that still holds', async () => {
  const now = Date.now();
  const { accountId } = someCheck();
  const confirmed = (askedAt: number, until = now + MINUTE) =>
    someCheck({ accountId, askedAt, state: { step: 'confirmed', until } });
  const former = { ...confirmed(now - QUESTIONS_LOOKBACK_MS - MINUTE), hasLifted: true };
  const over = confirmed(now - 20 * MINUTE, now - MINUTE);
  const denied = someCheck({ accountId, state: { step: 'denied', reason: 'denied' } });
  // The row of an answer that the manager has denied since was put back.
  const { manager } = denied;
  const putBack = { ...confirmed(denied.askedAt - MINUTE), manager };
  // Two agents, and another account.
  const [one, two] = [confirmed(now), confirmed(now)];
  const elsewhere = { ...confirmed(now), accountId: someCheck().accountId };
  await store.transaction(async (tx) => {
    for (const check of [former, over, denied, putBack, one, two, elsewhere]) {
      await tx.addCallerCheck(check, now);
    }
  });
  const spend = (check: typeof one) => store.transaction((tx) => spendLift(tx, check));
  for (const check of [over, denied, putBack]) expect(await spend(check)).toBe(false);
  const vouch = (check: typeof one) => store.transaction((tx) => vouchIn(tx, check));
  for (const check of [over, denied, putBack]) expect(await vouch(check)).toBeUndefined();
  expect(await vouch(one)).toMatchObject({ id: one.id, state: { step: 'vouched' } });
  expect(await vouch(one)).toBeUndefined();
  expect(await spend(one)).toBe(true);
  expect([await spend(two), await spend(one)]).toEqual([false, false]);
  expect(await spend(elsewhere)).toBe(true);
});
