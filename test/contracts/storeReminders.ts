import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { managerName } from '../../src/domain/parties.ts';
import type { Reminder } from '../../src/ports/store/reminders.ts';
import type { Store } from '../../src/ports/store/store.ts';
import {
  MINUTE,
  someAddress,
  someEnrollment,
  someFlow,
  someManager,
  type StorePair,
} from './storeSamples.ts';

function someReminder(changes: Partial<Reminder> = {}): Reminder {
  return {
    handle: randomUUID(),
    accountId: randomUUID(),
    accountName: 'hemtjanst-norr',
    cycle: '134000000000000000',
    stage: 14,
    recipient: managerName(someManager()),
    repeat: 0,
    ...changes,
  };
}

/** Reminders, leases and a sweep's records. */
export function storedRemindersContract(pairOf: () => StorePair): void {
  const one = (): Store => pairOf().one;

  describe('a reminder', () => {
    it('is reserved once, by many instances at once', async () => {
      const reminder = someReminder();
      const tries = Array.from({ length: 20 }, (_, index) =>
        pairOf()[index % 2 === 0 ? 'one' : 'other'].transaction((tx) =>
          tx.reserveReminder({ ...reminder, handle: randomUUID() }),
        ),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    it('can be reserved again only when it is certain that it has not come', async () => {
      for (const fate of ['sent', 'unknown', 'failed', 'skipped'] as const) {
        const reminder = someReminder();
        await one().transaction((tx) => tx.reserveReminder(reminder));
        await one().transaction((tx) => tx.settleReminder(reminder.handle, fate));
        const again = { ...reminder, handle: randomUUID() };
        const isReserved = await one().transaction((tx) => tx.reserveReminder(again));
        expect([fate, isReserved]).toEqual([fate, fate === 'failed' || fate === 'skipped']);
        if (!isReserved) continue;
        expect(await one().transaction((tx) => tx.reminder(reminder.handle))).toBeUndefined();
        expect(await one().transaction((tx) => tx.reminder(again.handle))).toEqual(again);
      }
    });

    it('is another one in another cycle, stage, repetition and for another recipient', async () => {
      const reminder = someReminder();
      const others = [
        reminder,
        { ...reminder, cycle: '2' },
        { ...reminder, stage: -7 },
        { ...reminder, repeat: 1 },
        { ...reminder, recipient: managerName(someManager()) },
      ].map((other) => ({ ...other, handle: randomUUID() }));
      for (const other of others) {
        expect(await one().transaction((tx) => tx.reserveReminder(other))).toBe(true);
      }
    });

    it('counts as the last of its cycle only where somebody may have got it', async () => {
      const reached = someReminder();
      const reserve = (stage: number) => {
        const reminder = { ...reached, handle: randomUUID(), stage };
        return one().transaction(async (tx) => {
          await tx.reserveReminder(reminder);
          return reminder.handle;
        });
      };
      const settle = (handle: string, fate: 'unknown' | 'failed') =>
        one().transaction((tx) => tx.settleReminder(handle, fate));
      const last = () => one().transaction((tx) => tx.remindedStage(reached));
      expect(await last()).toBeUndefined();
      await settle(await reserve(14), 'unknown');
      await settle(await reserve(7), 'failed');
      const other = { ...reached, handle: randomUUID(), stage: 1 };
      await one().transaction((tx) => tx.skipReminder(other));
      expect(await last()).toBe(14);
      await reserve(0);
      expect(await last()).toBe(0);
    });

    it('is found as the newest of its recipient and cycle, with its fate and time', async () => {
      const first = someReminder({ cycle: 'invitation' });
      const second = { ...first, handle: randomUUID(), repeat: 1 };
      const last = () => one().transaction((tx) => tx.lastReminder(first));
      expect(await last()).toBeUndefined();
      await one().transaction((tx) => tx.reserveReminder(first));
      await one().transaction((tx) => tx.settleReminder(first.handle, 'sent'));
      expect(await last()).toMatchObject({ repeat: 0, fate: 'sent' });
      const at = await one().transaction(async (tx) => {
        await tx.reserveReminder(second);
        return tx.now;
      });
      expect(await last()).toEqual({ repeat: 1, fate: 'reserved', at });
    });

    it('is skipped with effect for the auditor once', async () => {
      const reminder = someReminder();
      const skip = () =>
        one().transaction((tx) => tx.skipReminder({ ...reminder, handle: randomUUID() }));
      expect([await skip(), await skip()]).toEqual([true, false]);
      expect(await one().transaction((tx) => tx.reminderFate(reminder))).toBe('skipped');
    });

    it('that is still on its way can be settled by whoever comes after', async () => {
      await one().transaction((tx) => tx.settleLostReminders());
      const [lost, sent] = [someReminder(), someReminder()];
      await one().transaction((tx) => tx.reserveReminder(lost));
      await one().transaction((tx) => tx.reserveReminder(sent));
      await one().transaction((tx) => tx.settleReminder(sent.handle, 'sent'));
      expect(await one().transaction((tx) => tx.settleLostReminders())).toEqual([lost]);
      expect(await one().transaction((tx) => tx.reminderFate(lost))).toBe('unknown');
      expect(await one().transaction((tx) => tx.settleLostReminders())).toEqual([]);
    });

    it('rests for one recipient by a snooze, for all by a silence, in its cycle', async () => {
      const about = someReminder();
      const pause = (change: Partial<Reminder> = {}) =>
        one().transaction((tx) => tx.reminderPause({ ...about, ...change }));
      const until = await one().transaction((tx) => Promise.resolve(tx.now + MINUTE));
      const snooze = (end: number) =>
        one().transaction((tx) => tx.snoozeReminders({ ...about, until: end }));
      expect([await snooze(until), await snooze(until + 1)]).toEqual([true, false]);
      expect(await pause()).toEqual({
        snoozes: 1,
        snoozedUntil: until,
        silencedUntil: undefined,
      });
      const silence = () => one().transaction((tx) => tx.silenceReminders({ ...about, until }));
      expect([await silence(), await silence()]).toEqual([true, false]);
      const other = managerName(someManager());
      const none = { snoozes: 0, snoozedUntil: undefined, silencedUntil: undefined };
      expect(await pause({ recipient: other })).toEqual({ ...none, silencedUntil: until });
      expect(await pause({ cycle: '2' })).toEqual(none);

      const end = () => one().transaction((tx) => tx.endSilence(about.accountId));
      expect([await end(), await end()]).toEqual([true, false]);
      expect(await pause({ recipient: other })).toEqual(none);
      expect(await silence()).toBe(true);

      const silenced = () => one().transaction((tx) => tx.silencedUntil(about.accountId));
      const next = () =>
        one().transaction(async (tx) => {
          const at = await tx.nextSilenceNotice(about, MINUTE);
          return at === undefined ? undefined : at - tx.now > 0 ? 'later' : 'now';
        });
      expect([await next(), await next(), await next()]).toEqual(['now', 'later', undefined]);
      expect([await silenced(), await end(), await silenced()]).toEqual([until, true, undefined]);
      expect([await silence(), await next()]).toEqual([true, undefined]);

      const past = someReminder();
      await one().transaction((tx) => tx.silenceReminders({ ...past, until: tx.now }));
      expect(await one().transaction((tx) => tx.endSilence(past.accountId))).toBe(false);
      await one().transaction((tx) => tx.snoozeReminders({ ...past, until: tx.now }));
      await one().transaction((tx) => tx.snoozeReminders({ ...past, until }));
      expect(await pause(past)).toMatchObject({ snoozes: 2, snoozedUntil: until });
    });
  });

  describe('a lease', () => {
    const take = (name: string, holder: string, leaseMs = MINUTE, everyMs = 0) =>
      one().transaction((tx) => tx.takeLease({ name, holder, leaseMs, everyMs }));
    const end = (name: string, holder: string, isDone = true) =>
      one().transaction((tx) => tx.endLease({ name, holder, isDone }));

    it('is given to one of many that ask at once', async () => {
      const name = randomUUID();
      const tries = Array.from({ length: 20 }, (_, index) =>
        pairOf()[index % 2 === 0 ? 'one' : 'other'].transaction((tx) =>
          tx.takeLease({ name, holder: String(index), leaseMs: MINUTE, everyMs: 0 }),
        ),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
    });

    it('is kept by its holder, and free when it is given back or has run out', async () => {
      const name = randomUUID();
      expect([await take(name, 'a'), await take(name, 'a'), await take(name, 'b')]).toEqual([
        true,
        true,
        false,
      ]);
      await end(name, 'b');
      expect(await take(name, 'b')).toBe(false);
      await end(name, 'a');
      expect(await take(name, 'b', 1)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(await take(name, 'c')).toBe(true);
    });

    it('lasts no longer than was asked for, whatever a clock that was moved back says', async () => {
      const name = randomUUID();
      await take(name, 'a', 60 * MINUTE);
      expect(await take(name, 'b')).toBe(true);
    });

    it('rests after work that was done to its end, not after work that failed', async () => {
      const name = randomUUID();
      await take(name, 'a');
      await end(name, 'a', false);
      expect(await take(name, 'b', MINUTE, MINUTE)).toBe(true);
      await end(name, 'b');
      expect(await take(name, 'c', MINUTE, MINUTE)).toBe(false);
      expect(await take(name, 'c', MINUTE, 0)).toBe(true);
    });
  });

  describe('what a sweep remembers', () => {
    it('is which accounts somebody is enrolled for, and their password versions', async () => {
      const enrollment = someEnrollment();
      const { accountId } = enrollment;
      await one().transaction((tx) => tx.saveEnrollment(enrollment));
      const among = await one().transaction((tx) => tx.enrolledAmong([accountId, 'none']));
      expect(among).toEqual([accountId]);
      const before = accountId.slice(0, -1);
      expect(await one().transaction((tx) => tx.enrolledAccounts(before, 1))).toEqual([accountId]);
      for (const version of ['1', '2']) {
        await one().transaction((tx) => tx.sawPassword(accountId, version));
        const seen = await one().transaction((tx) => tx.passwordsSeen([accountId, 'none']));
        expect([...seen]).toEqual([[accountId, version]]);
      }
    });

    it('is since when a manager has not answered for the account', async () => {
      const enrollment = someEnrollment();
      const note = (isMissing: boolean) =>
        one().transaction((tx) => tx.noteRelation(enrollment.id, isMissing));
      await one().transaction((tx) => tx.saveEnrollment(enrollment));
      expect(await note(false)).toBeUndefined();
      const since = await note(true);
      expect(since).toEqual(expect.any(Number));
      expect(await note(true)).toBe(since);
      expect(await note(false)).toBeUndefined();
      expect(await note(true)).toBeGreaterThanOrEqual(since!);
      await one().transaction((tx) => tx.removeEnrollment(enrollment.id));
      expect(await one().transaction((tx) => tx.enrollmentsOf(enrollment.accountId))).toEqual([]);
    });

    it('is whether a manager was told of the removal to come, in each absence once', async () => {
      const enrollment = someEnrollment();
      await one().transaction((tx) => tx.saveEnrollment(enrollment));
      const miss = (isMissing: boolean) =>
        one().transaction((tx) => tx.noteRelation(enrollment.id, isMissing));
      const tell = () => one().transaction((tx) => tx.tellRemoval(enrollment.id));
      await miss(true);
      expect([await tell(), await tell()]).toEqual([true, false]);
      await miss(true);
      expect(await tell()).toBe(false);
      await miss(false);
      await miss(true);
      expect(await tell()).toBe(true);
    });

    it('is which resets were under way around a time', async () => {
      const flow = someFlow();
      await one().transaction((tx) => tx.addFlow(flow));
      const around = (from: number, to: number) =>
        one().transaction(async (tx) => (await tx.resetsAround(flow.accountId, from, to)).length);
      expect(await around(0, Number.MAX_SAFE_INTEGER)).toBe(1);
      expect(await around(0, flow.startedAt - 1)).toBe(0);
      expect(await around(Date.now() + MINUTE, Number.MAX_SAFE_INTEGER)).toBe(0);
    });

    it('is where somebody of the tenant is reached', async () => {
      const key = someManager();
      const address = someAddress(key);
      await one().transaction((tx) => tx.saveManager({ key }));
      const any = (tenantId: string) => one().transaction((tx) => tx.anyAddress(tenantId));
      expect(await any(key.tenantId)).toBeUndefined();
      await one().transaction((tx) => tx.saveManager({ key, address }));
      expect(await any(key.tenantId.toUpperCase())).toEqual(address);
    });
  });
}
