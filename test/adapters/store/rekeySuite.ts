import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { EncryptionKey } from '../../../src/adapters/store/sealing/crypto.ts';
import type { OpenStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import type { Enrollment } from '../../../src/ports/store/enrollments.ts';
import {
  firstDigest,
  someAddress,
  someEnrollment,
  someFlow,
  someManager,
  someNotice,
  someSend,
} from '../../contracts/storeSamples.ts';
import { createBench } from './bench.ts';
import type { RawDatabase } from './bench.ts';
import { startNode } from './child.ts';
import { someKey } from './support.ts';

const SOURCE = new URL('../../../src/adapters/store/', import.meta.url);
const ROWS = 450;
/** A number and the note of its enrollment, each; with one of every other kind, and three of the audit: two rows' and the checkpoint's. */
const VALUES = 2 * ROWS + 12;

/** A rekeying in a process of its own, which waits in the middle to be killed. */
const CHILD = `
  const { openStore } = await import('${SOURCE.href}open.ts');
  const { Secret } = await import('${SOURCE.href}../../domain/secret.ts');
  const { database, keys } = JSON.parse(process.argv[1]);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const store = await openStore({
    database: database.kind === 'sqlite' ? database : { ...database, url: new Secret(database.url) },
    keys: keys.map(({ id, key }) => ({ id, key: new Secret(key) })),
    instance: 'child', migrate: false }, log);
  await store.sealed.rekey((done) => {
    console.log('done ' + done);
    if (done >= 200) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** One sealed value of every kind, and many of one. */
async function fill(store: OpenStore) {
  const key = someManager();
  const flow = someFlow();
  const send = someSend();
  const notice = someNotice();
  const enrollments = Array.from({ length: ROWS }, () =>
    someEnrollment({ manager: someManager() }),
  );
  const accountId = enrollments[0]!.accountId;
  const revokedId = randomUUID();
  const password = new Secret('Granen 7');
  const digest = await firstDigest(store, accountId, password);
  const address = someAddress(key);
  const record = { key, directoryId: 'entry', displayName: 'Anna Åkesson', address };
  await store.transaction(async (tx) => {
    await tx.saveManager(record);
    await tx.addFlow(flow);
    await tx.addSend(send);
    await tx.addNotices([notice]);
    await tx.addToHistory(accountId, digest, 25);
    await tx.revokeEnrollments(randomUUID());
    await tx.revokeEnrollments(revokedId, key);
    for (const enrollment of enrollments) await tx.saveEnrollment(enrollment);
    for (const event of ['reset.started', 'reset.written'] as const) {
      tx.audit({ event, actor: 'system', result: 'ok' });
    }
  });

  /** Reads all of it back, with the keys that the store has. */
  async function expectReadable(by: OpenStore): Promise<void> {
    const again = await firstDigest(by, accountId, password);
    await by.transaction(async (tx) => {
      expect(await tx.manager(key)).toEqual(record);
      expect(await tx.flow(flow.id)).toEqual(flow);
      expect((await tx.numberUse({ ...send, since: 0 })).number).toHaveLength(1);
      expect(await tx.isInHistory(accountId, [again], 25)).toBe(true);
      expect(await tx.revokedAt(revokedId, key)).toBeDefined();
      const read: (Enrollment | undefined)[] = [];
      for (const one of enrollments) read.push(await tx.enrollment(one.manager, one.accountId));
      expect(read).toEqual(enrollments);
    });
  }
  return { expectReadable, notice, enrollments };
}

/** The contract of `rekey`, run on each engine. */
export function rekeySuite(create: () => Promise<RawDatabase>): void {
  const bench = createBench(create);

  function startRekey(keys: readonly EncryptionKey[]) {
    const { options } = bench.database;
    const database =
      options.kind === 'sqlite' ? options : { kind: options.kind, url: options.url.reveal() };
    const texts = keys.map(({ id, key }) => ({ id, key: key.reveal() }));
    return startNode(CHILD, JSON.stringify({ database, keys: texts }));
  }

  describe('a rekeying', () => {
    it('leaves nothing to the earlier key, and everything reads without it', async () => {
      const { expectReadable, notice } = await fill(await bench.open());
      const k2 = someKey('k2');
      const both = await bench.open([k2, bench.key]);
      const before = await both.sealed.census();
      expect(before).toMatchObject({ current: 0, unreadable: 0 });
      expect(before.earlier).toBe(VALUES);

      const shown: [number, number][] = [];
      const rekeyed = await both.sealed.rekey((done, total) => shown.push([done, total]));
      expect(rekeyed).toEqual({ done: VALUES, unreadable: 0, left: 0 });
      expect(shown.at(0)).toEqual([0, VALUES]);
      expect(shown.at(-1)).toEqual([VALUES, VALUES]);
      // The audit's rows never change: the checkpoint proves them from now on.
      await bench.database.query('select 1');

      const without = await bench.open([k2]);
      await expectReadable(without);
      expect(await without.transaction((tx) => tx.claimNotice(60_000))).toMatchObject(notice);
      expect(await without.audit.verify()).toMatchObject({ result: 'intact', rows: 2 });
      expect(await without.sealed.census()).toEqual({
        current: VALUES - 2,
        earlier: 0,
        unreadable: 0,
      });
      expect(await both.sealed.rekey(() => undefined)).toMatchObject({ done: 0 });
    });

    it('that is killed in the middle leaves all readable, and is finished by the next', async () => {
      const { expectReadable } = await fill(await bench.open());
      const k2 = someKey('k2');
      const child = startRekey([k2, bench.key]);
      await child.said('done 200');
      child.kill();
      await child.ended;

      const both = await bench.open([k2, bench.key]);
      const half = await both.sealed.census();
      expect(half.current).toBeGreaterThan(0);
      expect(half.earlier).toBeGreaterThan(0);
      expect(half.current + half.earlier).toBe(VALUES);
      await expectReadable(both);

      expect(await both.sealed.rekey(() => undefined)).toMatchObject({ unreadable: 0, left: 0 });
      await expectReadable(await bench.open([k2]));
    });

    it('goes on beside a bot that writes, and loses none of its writes', async () => {
      const { enrollments } = await fill(await bench.open());
      const keys = [someKey('k2'), bench.key];
      const bot = await bench.open(keys);
      const admin = await bench.open(keys);
      const changed = enrollments.map((one, index) => ({
        ...one,
        enrolledAt: one.enrolledAt + 1,
        mobile: `+4673${String(1_000_000 + index)}`,
      }));
      const [rekeyed] = await Promise.all([
        admin.sealed.rekey(() => undefined),
        (async () => {
          for (const one of changed) await bot.transaction((tx) => tx.saveEnrollment(one));
        })(),
      ]);
      expect(rekeyed).toMatchObject({ unreadable: 0, left: 0 });
      const read = await bot.transaction(async (tx) => {
        const all: (Enrollment | undefined)[] = [];
        for (const one of changed) all.push(await tx.enrollment(one.manager, one.accountId));
        return all;
      });
      expect(read).toEqual(changed);
    });

    it('tells of a value that no key opens, and brings the others over', async () => {
      const store = await bench.open();
      const [bad, good] = [someEnrollment(), someEnrollment()];
      await store.transaction(async (tx) => {
        await tx.saveEnrollment(bad);
        await tx.saveEnrollment(good);
      });
      await bench.database.query(
        `update enrollment set mobile = 'v1:k0:AAAA' where id = '${bad.id}'`,
      );
      const k2 = someKey('k2');
      const both = await bench.open([k2, bench.key]);
      expect(await both.sealed.census()).toEqual({ current: 0, earlier: 4, unreadable: 1 });
      expect(await both.sealed.rekey(() => undefined)).toEqual({ done: 4, unreadable: 1, left: 0 });
      const only = await bench.open([k2]);
      expect(await only.transaction((tx) => tx.enrollment(good.manager, good.accountId))).toEqual(
        good,
      );
    });

    it('makes each index anew that the first key has not made', async () => {
      const store = await bench.open();
      const [enrollment, send] = [someEnrollment(), someSend()];
      await store.transaction(async (tx) => {
        await tx.saveEnrollment(enrollment);
        await tx.addSend(send);
      });
      const former = (
        await bench.database.query(
          `select id, mobile_index from enrollment union all select id, mobile_index from code_send`,
        )
      ).map(({ id, mobile_index }) => [String(id), String(mobile_index)]);
      const k2 = someKey('k2');
      const both = await bench.open([k2, bench.key]);
      expect(await both.sealed.rekey(() => undefined)).toMatchObject({ left: 0 });
      for (const [id, index] of former) {
        for (const table of ['enrollment', 'code_send']) {
          await bench.database.query(
            `update ${table} set mobile_index = '${index}' where id = '${id}'`,
          );
        }
      }
      expect(await both.sealed.census()).toEqual({ current: 2, earlier: 2, unreadable: 0 });
      // A reload asks this: with the first key alone the values would be read, and not be found.
      const unreadable = [[k2, bench.key], [k2]].map((keys) => both.unreadableBy(keys));
      expect(await Promise.all(unreadable)).toEqual([0, 2]);
      expect(await both.sealed.rekey(() => undefined)).toEqual({ done: 2, unreadable: 0, left: 0 });
      expect(await both.unreadableBy([k2])).toBe(0);
      expect(await both.sealed.census()).toEqual({ current: 4, earlier: 0, unreadable: 0 });

      const only = await bench.open([k2]);
      await only.transaction(async (tx) => {
        const { manager, accountId } = enrollment;
        expect(await tx.enrollment(manager, accountId)).toEqual(enrollment);
        expect((await tx.numberUse({ ...send, since: 0 })).number).toHaveLength(1);
      });
    });

    it('is not taken in by another key under the same id', async () => {
      const store = await bench.open();
      await store.transaction((tx) => tx.saveEnrollment(someEnrollment()));
      const impostor = await bench.open([someKey('k1')]);
      expect(await impostor.sealed.census()).toMatchObject({ current: 3, unreadable: 3 });
    });
  });
}
