import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ManagerKey } from '../../src/domain/parties.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { NoticeLane } from '../../src/ports/store/notices.ts';
import type { Store } from '../../src/ports/store/store.ts';
import {
  firstDigest,
  MINUTE,
  someAddress,
  someEnrollment,
  someManager,
  someNotice,
} from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

/** The store's contract for managers, their numbers, the passwords of their accounts and their notices. */
export function storedPeopleContract(opened: () => StorePair): void {
  let pair: StorePair;
  let store: Store;
  beforeAll(() => {
    pair = opened();
    store = pair.one;
  });

  describe('managers', () => {
    it('are saved, replaced and found by their key in any case', async () => {
      const key = someManager();
      expect(await store.transaction((tx) => tx.manager(key))).toBeUndefined();
      const record = {
        key,
        directoryId: randomUUID(),
        displayName: 'Anna Åkesson',
        locale: 'en' as const,
        address: someAddress(key),
      };
      await store.transaction((tx) => tx.saveManager(record));
      const upper = { ...key, aadObjectId: key.aadObjectId.toUpperCase() };
      expect(await store.transaction((tx) => tx.manager(upper))).toEqual(record);

      await store.transaction((tx) => tx.saveManager({ key, locale: 'sv' }));
      expect(await store.transaction((tx) => tx.manager(key))).toEqual({ key, locale: 'sv' });
    });

    it('are found by the ids of their directory entries', async () => {
      const [first, second, third] = [1, 2, 3].map(() => ({
        key: someManager(),
        directoryId: randomUUID(),
      }));
      await store.transaction(async (tx) => {
        for (const record of [first!, second!, third!]) await tx.saveManager(record);
      });
      const ids = [first!.directoryId, third!.directoryId, randomUUID()];
      const found = await store.transaction((tx) => tx.managersByDirectoryId(ids));
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining([first, third]));
      expect(await store.transaction((tx) => tx.managersByDirectoryId([]))).toEqual([]);
      // More than one statement takes: a crowd may have as many.
      const many = [...ids, ...Array.from({ length: 66_000 }, (_, at) => String(at))];
      expect(await store.read((reads) => reads.managersByDirectoryId(many))).toHaveLength(2);
    });
  });

  describe('managers by their names in Teams', () => {
    it('are found as far as the bot has met them', async () => {
      const [first, second, stranger] = [1, 2, 3].map(() => someManager());
      await store.transaction(async (tx) => {
        for (const key of [first!, second!]) await tx.saveManager({ key, locale: 'sv' });
      });
      const read = (keys: ManagerKey[]) => store.read((reads) => reads.managers(keys));
      expect(await read([stranger!, second!])).toEqual([{ key: second, locale: 'sv' }]);
      expect(await read([])).toEqual([]);
    });
  });

  describe('buttons', () => {
    it('stand for one manager and one account', async () => {
      const buttons = [1, 2].map(() => ({
        handle: randomUUID(),
        manager: someManager(),
        accountId: randomUUID(),
      }));
      await store.transaction((tx) => tx.addButtons(buttons));
      await store.transaction((tx) => tx.addButtons([]));
      const { handle } = buttons[1]!;
      expect(await store.transaction((tx) => tx.button(handle))).toEqual(buttons[1]);
      expect(await store.transaction((tx) => tx.button('none'))).toBeUndefined();
    });
  });

  describe('enrollments', () => {
    it('are one for each manager and account, replaced by the next', async () => {
      const first = someEnrollment();
      const { manager, accountId } = first;
      await store.transaction((tx) => tx.saveEnrollment(first));
      expect(await store.transaction((tx) => tx.enrollment(manager, accountId))).toEqual(first);
      const enrolledAt = first.enrolledAt + 1;
      const next = { manager, accountId, mobile: '+46739999999', enrolledAt };
      const second = someEnrollment(next);
      await store.transaction((tx) => tx.saveEnrollment(second));
      expect(await store.transaction((tx) => tx.enrollment(manager, accountId))).toEqual(second);

      const colleague = someEnrollment({ accountId });
      const elsewhere = someEnrollment({ manager });
      await store.transaction(async (tx) => {
        await tx.saveEnrollment(colleague);
        await tx.saveEnrollment(elsewhere);
        const onAccount = await tx.enrollmentsOf(accountId);
        expect(onAccount).toHaveLength(2);
        expect(onAccount).toEqual(expect.arrayContaining([second, colleague]));
        const own = await tx.enrollmentsOfManager(manager);
        expect(own).toHaveLength(2);
        expect(own).toEqual(expect.arrayContaining([second, elsewhere]));
        expect(await tx.enrollment(manager, randomUUID())).toBeUndefined();
      });
    });
  });

  describe('a number', () => {
    it('is known for one of other managers, each counted once', async () => {
      const mobile = '+46739999917';
      const [first, second] = [someEnrollment({ mobile }), someEnrollment({ mobile })];
      const again = someEnrollment({ mobile, manager: second.manager });
      const elsewhere = someEnrollment({ mobile: '+46739999918' });
      await store.transaction(async (tx) => {
        for (const one of [first, second, again, elsewhere]) await tx.saveEnrollment(one);
      });
      const others = (of: string, manager = first.manager) =>
        store.transaction((tx) => tx.countOthersWith(of, manager));
      expect(await others(mobile)).toBe(1);
      expect(await others(mobile, someManager())).toBe(2);
      expect(await others(elsewhere.mobile, elsewhere.manager)).toBe(0);
    });
  });

  describe('who answers for an account', () => {
    it('is remembered as it was last seen, nobody included', async () => {
      const accountId = randomUUID();
      const [first, second] = [randomUUID(), randomUUID()].toSorted();
      const seen = () => store.transaction((tx) => tx.answering(accountId));
      const see = (entries: readonly string[]) =>
        store.transaction((tx) => tx.rememberAnswering(accountId, entries));
      expect(await seen()).toBeUndefined();
      await see([second!, first!]);
      expect(await seen()).toEqual([first, second]);
      const known = await store.transaction((tx) => tx.answeringKnown([accountId, first!]));
      expect(known).toEqual([accountId]);
      await see([]);
      expect(await seen()).toEqual([]);
    });
  });

  describe('the password history', () => {
    const digestOf = (password: string, accountId: string, at: Store = store) =>
      firstDigest(at, accountId, new Secret(password));

    it('gives the same digest for the same password of one account only', async () => {
      const accountId = randomUUID();
      const [first, again, other, elsewhere] = await Promise.all([
        digestOf('Granen 7 barr', accountId),
        digestOf('Granen 7 barr', accountId, pair.other),
        digestOf('Granen 7 barr ', accountId),
        digestOf('Granen 7 barr', randomUUID()),
      ]);
      expect(again).toEqual(first);
      expect(other).not.toEqual(first);
      expect(elsewhere).not.toEqual(first);
    });

    it('gives every digest of many that are asked for at once', async () => {
      const accountId = randomUUID();
      const asked = [1, 2, 3, 4, 5].map((n) => digestOf(`Granen ${String(n)} barr`, accountId));
      const digests = (await Promise.all(asked)).map(({ digest }) =>
        Buffer.from(digest).toString(),
      );
      expect(new Set(digests).size).toBe(5);
    });

    it('finds the newest passwords only and keeps no more than asked', async () => {
      const accountId = randomUUID();
      const digests = [1, 2, 3, 4].map((byte) => ({ digest: new Uint8Array(32).fill(byte) }));
      const isKnown = (last: number) =>
        store.transaction((tx) =>
          Promise.all(digests.map((digest) => tx.isInHistory(accountId, [digest], last))),
        );
      expect(await isKnown(25)).toEqual([false, false, false, false]);
      for (const digest of digests) {
        await store.transaction((tx) => tx.addToHistory(accountId, digest, 3));
      }
      expect(await isKnown(25)).toEqual([false, true, true, true]);
      expect(await isKnown(2)).toEqual([false, false, true, true]);
    });

    it('does not add the newest password again', async () => {
      const accountId = randomUUID();
      const [first, second] = [1, 2].map((byte) => ({ digest: new Uint8Array(32).fill(byte) }));
      await store.transaction(async (tx) => {
        await tx.addToHistory(accountId, first!, 2);
        await tx.addToHistory(accountId, second!, 2);
        await tx.addToHistory(accountId, second!, 2);
        expect(await tx.isInHistory(accountId, [first!], 2)).toBe(true);
        await tx.addToHistory(accountId, first!, 2);
        expect(await tx.isInHistory(accountId, [first!], 1)).toBe(true);
      });
    });
  });

  describe('notices', () => {
    const LEASE = MINUTE;
    const claim = (at: Store = store) => at.transaction((tx) => tx.claimNotice(LEASE));

    async function drain(): Promise<void> {
      for (let notice = await claim(); notice; notice = await claim()) {
        const taken = notice;
        await store.transaction((tx) => tx.removeNotice(taken));
      }
    }

    it('are taken up one by one, the longest waiting first', async () => {
      await drain();
      const manager = someManager();
      const first = someNotice({ flow: randomUUID(), to: { channel: 'chat', manager } });
      const second = someNotice({ to: { channel: 'otherManagers', except: manager } });
      await store.transaction((tx) => tx.addNotices([first]));
      await pause(3);
      await store.transaction((tx) => tx.addNotices([second]));
      await store.transaction((tx) => tx.addNotices([]));
      expect(await claim()).toEqual({ ...first, tries: 1 });
      expect(await claim(pair.other)).toEqual({ ...second, tries: 1 });
      expect(await claim()).toBeUndefined();
    });

    it('are taken up by lane, so that neither texts, changes of who answers nor news keep warnings waiting', async () => {
      await drain();
      const text = someNotice({ to: { channel: 'sms', mobile: '+46701740605', locale: 'sv' } });
      const card = someNotice({ to: { channel: 'chat', manager: someManager() } });
      const toFind = someNotice({ to: { channel: 'otherManagers' } });
      const change = someNotice({ event: 'responsibilityChanged', to: card.to });
      const news = someNotice({ event: 'notNeeded', to: { channel: 'otherManagers' } });
      await store.transaction((tx) => tx.addNotices([text, change, news]));
      await pause(3);
      await store.transaction((tx) => tx.addNotices([card, toFind]));
      const ids = (lane: NoticeLane) =>
        store.transaction(async (tx) => [
          (await tx.claimNotice(LEASE, lane))?.id,
          (await tx.claimNotice(LEASE, lane))?.id,
        ]);
      expect(new Set(await ids('chat'))).toEqual(new Set([card.id, toFind.id]));
      expect(await ids('sms')).toEqual([text.id, undefined]);
      expect(await ids('changes')).toEqual([change.id, undefined]);
      expect(await ids('news')).toEqual([news.id, undefined]);
    });

    it('are counted from when they are added until they are removed, whoever has taken them up', async () => {
      const count = (): Promise<number> => store.transaction((tx) => tx.countNotices());
      const before = await count();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice, someNotice()]));
      expect(await count()).toBe(before + 2);
      const taken = await claim();
      expect(await count()).toBe(before + 2);
      await store.transaction((tx) => tx.removeNotice(taken!));
      expect(await count()).toBe(before + 1);
    });

    it('come back when they are due again, until they are removed', async () => {
      await drain();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice]));
      await claim();
      await store.transaction((tx) => tx.postponeNotice(notice.id, tx.now + MINUTE));
      expect(await claim()).toBeUndefined();
      await store.transaction((tx) => tx.postponeNotice(notice.id, tx.now));
      expect(await claim()).toEqual({ ...notice, tries: 2 });
      await store.transaction((tx) => tx.postponeNotice(notice.id, tx.now));
      expect(await store.transaction((tx) => tx.removeNotice({ ...notice, tries: 1 }))).toBe(false);
      expect(await store.transaction((tx) => tx.removeNotice({ ...notice, tries: 2 }))).toBe(true);
      expect(await claim()).toBeUndefined();
    });

    it('are replaced by one of the same id, that no delivery under way removes', async () => {
      await drain();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice]));
      const taken = await claim(pair.other);
      const next = { ...notice, byName: 'Bo Ek' };
      await store.transaction((tx) => tx.addNotices([next, someNotice()]));
      const ids = [notice.id, randomUUID()];
      expect(await store.transaction((tx) => tx.waitingNotices(ids))).toEqual([next]);
      expect(await pair.other.transaction((tx) => tx.removeNotice(taken!))).toBe(false);
      await store.transaction((tx) => tx.postponeNotice(notice.id, 0));
      expect(await claim()).toEqual({ ...next, tries: 3 });
    });

    it('are replaced without waiting longer than any delivery is put off, whoever wrote that', async () => {
      await drain();
      const notice = someNotice();
      await store.transaction(async (tx) => {
        await tx.addNotices([notice], tx.now + 365 * 24 * 60 * MINUTE);
        await tx.addNotices([notice]);
      });
      expect((await claim())?.id).toBe(notice.id);
      await store.transaction((tx) => tx.postponeNotice(notice.id, tx.now + 5 * MINUTE));
      await store.transaction((tx) => tx.addNotices([notice]));
      expect(await claim()).toBeUndefined();
    });

    it('come back when the lease ends', async () => {
      await drain();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice]));
      await store.transaction((tx) => tx.claimNotice(1));
      await pause(5);
      expect(await claim(pair.other)).toEqual({ ...notice, tries: 2 });
    });

    it('are taken up once each by many at once over two instances', async () => {
      await drain();
      const notices = Array.from({ length: 12 }, () => someNotice());
      await store.transaction((tx) => tx.addNotices(notices));
      const claims = await Promise.all(
        Array.from({ length: 24 }, (_, index) => claim(index % 2 === 0 ? pair.one : pair.other)),
      );
      const taken = claims.flatMap((notice) => (notice === undefined ? [] : [notice.id]));
      expect(taken.toSorted()).toEqual(notices.map(({ id }) => id).toSorted());
    });

    it('are added with their buttons for as many as a crowd has', async () => {
      // More values than one statement takes: 32 766 in SQLite, 65 535 in PostgreSQL.
      const notices = Array.from({ length: 13_200 }, () => someNotice());
      const manager = someManager();
      const accountId = randomUUID();
      const buttons = notices.map(({ id }) => ({ handle: id, manager, accountId }));
      const undone = new Error('undone');
      const adding = store.transaction(async (tx) => {
        const before = await tx.countNotices();
        await tx.addNotices(notices);
        await tx.addButtons(buttons);
        expect(await tx.countNotices()).toBe(before + notices.length);
        throw undone;
      });
      await expect(adding).rejects.toBe(undone);
    });
  });
}
