import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CallerCheck } from '../../src/domain/desk/callerCheck.ts';
import type { DeskLook } from '../../src/domain/desk/deskLook.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { MINUTE, someManager } from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

function someLook(changes: Partial<DeskLook> = {}): DeskLook {
  return {
    id: `look-${randomUUID()}`,
    agent: someManager(),
    accountId: randomUUID(),
    accountName: 'hemtjanst-norr',
    openedAt: undefined,
    messageId: undefined,
    managers: ['one', 'two'],
    draw: 0,
    version: 0,
    ...changes,
  };
}

/** A question of an agent to a manager, that waits. */
export function someCheck(changes: Partial<CallerCheck> = {}): CallerCheck {
  return {
    id: `call-${randomUUID()}`,
    agent: someManager(),
    agentEntry: randomUUID(),
    agentName: 'Dag Servicesson',
    manager: someManager(),
    managerEntry: randomUUID(),
    accountId: randomUUID(),
    accountName: 'hemtjanst-norr',
    lookId: `look-${randomUUID()}`,
    askedAt: Date.now(),
    version: 0,
    state: { step: 'waiting', numbers: [47, 82, 35], right: 82, expiresAt: 1_790_000_000_000 },
    ...changes,
  };
}

/** The store's contract for the service desk. */
export function storedDeskContract(opened: () => StorePair): void {
  let pair: StorePair;
  let store: Store;
  beforeAll(() => {
    pair = opened();
    store = pair.one;
  });

  describe("an agent's look at an account", () => {
    it('is saved under the version that was read', async () => {
      const look = someLook();
      await store.transaction((tx) => tx.addLooks([look]));
      expect(await pair.other.read((reads) => reads.look(look.id))).toEqual(look);
      const opened = { ...look, openedAt: 1_790_000_000_000, draw: 1, managers: ['one'] };
      const saved = await store.transaction((tx) => tx.saveLook(opened));
      expect(saved).toEqual({ ...opened, version: 1 });
      expect(await pair.other.transaction((tx) => tx.saveLook(opened))).toBeUndefined();
      expect(await store.read((reads) => reads.look(look.id))).toEqual(saved);
    });

    it('has its message alone', async () => {
      const agent = someManager();
      const [first, second] = [someLook({ agent }), someLook({ agent })];
      await store.transaction((tx) => tx.addLooks([first, second]));
      await store.transaction((tx) => tx.setLookMessage(first.id, 'message'));
      await store.transaction((tx) => tx.setLookMessage(second.id, 'message'));
      const messages = async () =>
        store.read(async (reads) =>
          [await reads.look(first.id), await reads.look(second.id)].map((one) => one?.messageId),
        );
      expect(await messages()).toEqual([undefined, 'message']);
      await store.transaction((tx) => tx.setLookMessage(second.id, undefined));
      expect(await messages()).toEqual([undefined, undefined]);
    });

    it('is counted for its agent over all instances', async () => {
      const agent = someManager();
      await pair.one.transaction((tx) => tx.addLookUp(agent));
      await pair.other.transaction((tx) => tx.addLookUp(agent));
      await pair.other.transaction((tx) => tx.addLookUp(someManager()));
      const times = await store.transaction((tx) => tx.lookUpTimes(agent, tx.now - MINUTE));
      expect(times).toHaveLength(2);
      expect(await store.transaction((tx) => tx.lookUpTimes(agent, tx.now + MINUTE))).toEqual([]);
    });
  });

  describe('a question to a manager', () => {
    it('is kept in each of its states, under the version that was read', async () => {
      const check = someCheck();
      await store.transaction((tx) => tx.addCallerCheck(check, tx.now));
      const states: readonly CallerCheck['state'][] = [
        { step: 'confirmed', until: 1_790_000_900_000 },
        { step: 'vouched', until: 1_790_000_900_000, vouchedUntil: 1_790_000_800_000 },
        { step: 'denied', reason: 'wrongNumber' },
        { step: 'notReached' },
        { step: 'expired' },
        check.state,
      ];
      let current = check;
      for (const state of states) {
        const saved = await store.transaction((tx) =>
          tx.saveCallerCheck({ ...current, state }, undefined),
        );
        expect(saved).toEqual({ ...current, state, version: current.version + 1 });
        const stale = await pair.other.transaction((tx) => tx.saveCallerCheck(current, undefined));
        expect(stale).toBeUndefined();
        current = saved!;
        expect(await pair.other.read((reads) => reads.callerCheck(check.id))).toEqual(current);
      }
    });

    it('is found by its account, its manager and its agent, newest first', async () => {
      const older = someCheck({ askedAt: 1_790_000_000_000 });
      const { agent, manager, accountId } = older;
      const newer = someCheck({ agent, manager, accountId, askedAt: 1_790_000_060_000 });
      await store.transaction(async (tx) => {
        for (const check of [older, newer, someCheck()]) await tx.addCallerCheck(check, tx.now);
      });
      const both = [newer, older];
      const found = await store.transaction(async (tx) => [
        await tx.callerChecksOf(accountId, 0),
        await tx.callerChecksWith({ manager }, 0),
        await tx.callerChecksWith({ agent }, 0),
      ]);
      expect(found).toEqual([both, both, both]);
      const since = newer.askedAt;
      const recent = await store.transaction((tx) => tx.callerChecksWith({ agent }, since));
      expect(recent).toEqual([newer]);
    });

    it('is due until it is drawn, to one instance at a time', async () => {
      const check = someCheck();
      const later = someCheck();
      await store.transaction(async (tx) => {
        await tx.addCallerCheck(check, tx.now);
        await tx.addCallerCheck(later, tx.now + MINUTE);
        await tx.setCallerMessage(check.id, 'message');
      });
      const claim = (from: Store) =>
        from.transaction(async (tx) =>
          (await tx.claimDueCallers(MINUTE, 1_000)).filter((one) =>
            [check.id, later.id].includes(one.check.id),
          ),
        );
      expect(await claim(pair.one)).toEqual([{ check, messageId: 'message' }]);
      expect(await claim(pair.other)).toEqual([]);
      // It has changed since it was claimed.
      const saved = await store.transaction((tx) => tx.saveCallerCheck(check, tx.now));
      await store.transaction((tx) => tx.callerDrawn(check.id, check.version));
      expect(await claim(pair.other)).toEqual([{ check: saved, messageId: 'message' }]);
      await store.transaction((tx) => tx.callerDrawn(check.id, saved!.version));
      expect(await claim(pair.one)).toEqual([]);
    });

    it('counts as vouched for from then on', async () => {
      const check = someCheck();
      await store.transaction((tx) => tx.addCallerCheck(check, tx.now));
      const count = () => store.transaction((tx) => tx.countVouches(tx.now - MINUTE));
      const before = await count();
      const state = { step: 'vouched', until: 1, vouchedUntil: 1 } as const;
      const saved = await store.transaction((tx) =>
        tx.saveCallerCheck({ ...check, state }, tx.now),
      );
      const ended = { ...saved!, state: { step: 'confirmed', until: 1 } as const };
      await store.transaction((tx) => tx.saveCallerCheck(ended, tx.now));
      expect(await count()).toBe(before + 1);
    });

    it('stays vouched for when it was, and due as it was, where it is saved once more', async () => {
      const state = { step: 'vouched', until: 1, vouchedUntil: 1 } as const;
      const check = someCheck();
      await store.transaction((tx) => tx.addCallerCheck(check, tx.now));
      const vouched = await store.transaction((tx) =>
        tx.saveCallerCheck({ ...check, state }, tx.now - 1),
      );
      const after = await store.transaction((tx) => Promise.resolve(tx.now + 1));
      const counted = () => store.transaction((tx) => tx.countVouches(after));
      while ((await store.transaction((tx) => Promise.resolve(tx.now))) <= after) await pause(1);
      const before = await counted();
      const lifted = await store.transaction((tx) =>
        tx.saveCallerCheck({ ...vouched!, hasLifted: true }, 'asBefore'),
      );
      expect(await counted()).toBe(before);
      const due = await store.transaction((tx) => tx.claimDueCallers(MINUTE, 1_000));
      expect(due.map((one) => one.check)).toContainEqual(lifted);
    });
  });
}
