import { migrationsFor } from '../../../src/adapters/store/schema/migrations.ts';
import { describe, expect, it } from '@jest/globals';
import { createKeyring, type EncryptionKey } from '../../../src/adapters/store/sealing/crypto.ts';
import { migrateStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { StoreError } from '../../../src/ports/errors.ts';
import {
  firstDigest,
  MINUTE,
  someEnrollment,
  someFlow,
  someManager,
  someNotice,
  someSend,
} from '../../contracts/storeSamples.ts';
import type { FlowTable } from '../../../src/adapters/store/schema/tables.ts';
import { noticeQueries } from '../../../src/adapters/store/tables/notices.ts';
import { SEALED } from '../../../src/adapters/store/sealing/places.ts';
import { attackSuite } from './attacks.ts';
import { auditAtRestSuite } from './auditAtRest.ts';
import { createBench, type Bench, type RawDatabase } from './bench.ts';
import { plansOf } from './plans.ts';
import { sealingSuite } from './sealing.ts';
import { unreadableSuite } from './unreadable.ts';
import { recordingLog, silentLog, someKey } from './support.ts';

/** PostgreSQL's numbers come as text where nothing says otherwise. */
const digits = (cell: unknown) =>
  typeof cell === 'string' && /^\d{1,15}$/.test(cell) ? Number(cell) : cell;
const CORRUPT = { name: 'StoreError', code: 'corrupt' };

/** A database whose schema is current already, brought up with that key. */
interface Migrated {
  readonly key?: EncryptionKey;
  readonly create: () => Promise<RawDatabase>;
}

/**
 * Tests of the store's traces in its database, and of its answers from a database that was changed behind
 * it. Most of them may begin with a `migrated` one.
 */
export function atRestSuite(
  create: () => Promise<RawDatabase>,
  migrated: Migrated = { create },
): void {
  describe('brought up', () => {
    const bench = createBench(create);
    schemaSuite(bench);
    sealingSuite(bench);
  });
  describe('at rest', () => {
    suiteAtRest(createBench(migrated.create, migrated.key));
  });
}

function schemaSuite(bench: Bench): void {
  describe('the schema', () => {
    it('is brought up once by several instances that start together', async () => {
      const stores = await Promise.all([bench.open(), bench.open(), bench.open()]);
      expect(await Promise.all(stores.map((store) => store.isReady()))).toEqual([true, true, true]);
      const rows = await bench.database.query('select name from bot_migration');
      expect(rows).toHaveLength(Object.keys(migrationsFor('sqlite')).length);
    });

    it('is refused when it is old and may not be changed, with the cure', async () => {
      // An empty database.
      await bench.database.query('select 1');
      const early = bench.open([bench.key], false);
      await expect(early).rejects.toThrow(StoreError);
      await expect(early).rejects.toThrow('admin migrate');
      await migrateStore(bench.database.options, [bench.key], silentLog);
      await migrateStore(bench.database.options, [bench.key], silentLog);
      const store = await bench.open([bench.key], false);
      expect(await store.isReady()).toBe(true);
    });

    it('is refused when it is newer than this build', async () => {
      const store = await bench.open();
      await bench.database.query(
        `insert into bot_migration (name, timestamp) values ('9999_future', '2030-01-01T00:00:00.000Z')`,
      );
      expect(await store.isReady()).toBe(false);
      await expect(bench.open()).rejects.toThrow('newer than this build');
      await expect(migrateStore(bench.database.options, [bench.key], silentLog)).rejects.toThrow(
        'newer',
      );
    });

    it('finds no warning more slowly beside very many notices of another kind', async () => {
      const store = await bench.open();
      const toChat = { channel: 'chat', manager: someManager() } as const;
      const notices = [someNotice(), someNotice({ to: toChat })];
      await store.transaction((tx) => tx.addNotices(notices));
      await bench.database.query(`
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
        insert into notice (id, due_at, tries, lane, payload)
        select 'n' || i, 0, 0, 'changes', 'x' from n`);
      const expectSearches = async (): Promise<void> => {
        for (const lane of ['sms', 'chat'] as const) {
          const plans = await plansOf(bench.database.options, bench.key, (scope) =>
            noticeQueries.claimNotice(scope, 0, lane),
          );
          expect(plans.map(({ sql }) => sql.split(' ')[0])).toEqual(['select', 'update']);
          for (const { steps } of plans) {
            expect(steps).toMatch(/notice_waiting( \(<expr>=\?|.*\n +Index Cond: \(\(CASE )/);
            expect(steps).not.toMatch(/Seq Scan|Sort|Bitmap|SCAN notice|TEMP B-TREE/);
          }
        }
      };
      await expectSearches();
      await bench.database.query('analyze notice');
      await expectSearches();
      // Statistics of a moment when nearly all notices were warnings.
      await bench.database.query(`update notice set lane = 'chat' where payload = 'x'`);
      await bench.database.query('analyze notice');
      await bench.database.query(`update notice set lane = 'changes' where payload = 'x'`);
      await expectSearches();
    });

    it('makes a store not ready when it is gone', async () => {
      const store = await bench.open();
      await bench.database.query('drop table bot_migration');
      expect(await store.isReady()).toBe(false);
    });
  });
}

function suiteAtRest(bench: Bench): void {
  /** Puts `state` in the place of the reset's own, sealed as the bot seals it. */
  async function sealState(flowId: string, state: object): Promise<void> {
    const [stored] = await bench.database.query(`select * from flow where id = '${flowId}'`);
    const row = Object.fromEntries(
      Object.entries(stored!).map(([name, cell]) => [name, digits(cell)]),
    ) as unknown as FlowTable;
    const text = JSON.stringify({ purpose: 'reset', state });
    const sealed = createKeyring([bench.key]).seal(SEALED.flow.place(row), text);
    await bench.database.query(`update flow set state = '${sealed}' where id = '${flowId}'`);
  }

  auditAtRestSuite(bench);
  attackSuite(bench);
  unreadableSuite(bench);

  it('shows no number, code, password or name to whoever reads the database', async () => {
    const store = await bench.open();
    const mobile = '+46701234567';
    const [code, former, guess] = ['482913', '593024', '604135'].map((text) => new Secret(text));
    const password = new Secret('Granen i Örebro 7');
    const manager = someManager();
    const flow = someFlow({ manager });
    const enrollment = someEnrollment({ manager, mobile });
    const { accountId } = enrollment;
    const digest = await firstDigest(store, accountId, password);
    await store.transaction(async (tx) => {
      await tx.saveManager({
        key: manager,
        displayName: 'Anna Åkesson',
        address: 'https://smba.example/ a:canary',
      });
      await tx.addFlow(flow);
      await tx.setPasscode({
        mobile: '+46701740605',
        flowId: flow.id,
        code: former!,
        expiresAt: tx.now + MINUTE,
      });
      await tx.setPasscode({
        mobile: '+46701740605',
        flowId: flow.id,
        code: code!,
        expiresAt: tx.now + MINUTE,
      });
      await tx.tryPasscode({ mobile: '+46701740605', flowId: flow.id, draw: 1, code: guess! });
      await tx.addSend(someSend({ mobile, flowId: flow.id }));
      await tx.saveEnrollment(enrollment);
      await tx.addToHistory(accountId, digest, 25);
      await tx.addNotices([someNotice({ byName: 'Anna Åkesson' })]);
    });
    const dump = await bench.database.dump();
    expect(dump).toContain(flow.id);
    const clear = ['701234567', '482913', '593024', '604135', 'Granen', 'kesson', 'canary'];
    clear.push(Buffer.from(digest.digest).toString('base64'));
    clear.push(Buffer.from(digest.digest).toString('hex'));
    for (const text of clear) expect(dump.includes(text)).toBe(false);
  });

  describe('sealed values', () => {
    it('open nowhere but in their own row', async () => {
      const store = await bench.open();
      const [first, second] = [someEnrollment(), someEnrollment({ mobile: '+46739999999' })];
      await store.transaction(async (tx) => {
        await tx.saveEnrollment(first);
        await tx.saveEnrollment(second);
      });
      await bench.database.query(
        `update enrollment set mobile = (select mobile from enrollment where id = '${second.id}')
         where id = '${first.id}'`,
      );
      const read = store.transaction((tx) => tx.enrollment(first.manager, first.accountId));
      expect(await read).toBeUndefined();
      expect(
        await store.transaction((tx) => tx.enrollment(second.manager, second.accountId)),
      ).toEqual(second);
    });

    it('of an earlier key are read and found while that key is configured, and only then', async () => {
      const old = await bench.open();
      const flow = someFlow();
      const send = someSend();
      const enrollment = someEnrollment();
      const { accountId, manager } = enrollment;
      const code = new Secret('482913');
      const digest = await firstDigest(old, accountId, new Secret('Granen 7'));
      await old.transaction(async (tx) => {
        await tx.addFlow(flow);
        await tx.setPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          code,
          expiresAt: tx.now + MINUTE,
        });
        await tx.tryPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          draw: 1,
          code: new Secret('000000'),
        });
        await tx.addSend(send);
        await tx.saveEnrollment(enrollment);
        await tx.addToHistory(accountId, digest, 25);
      });

      const k2 = someKey('k2');
      const both = await bench.open([k2, bench.key]);
      const again = await firstDigest(both, accountId, new Secret('Granen 7'));
      await both.transaction(async (tx) => {
        expect(await tx.flow(flow.id)).toEqual(flow);
        expect(await tx.enrollment(manager, accountId)).toEqual(enrollment);
        expect((await tx.numberUse({ ...send, since: 0 })).number).toHaveLength(1);
        expect(await tx.isInHistory(accountId, [again], 25)).toBe(true);
        const repeated = {
          mobile: '+46701740605',
          flowId: flow.id,
          draw: 1,
          code: new Secret('000000'),
        };
        expect(await tx.tryPasscode(repeated)).toBe('repeated');
        expect(
          await tx.tryPasscode({ mobile: '+46701740605', flowId: flow.id, draw: 2, code }),
        ).toBe('match');
        await tx.addSend(someSend({ mobile: send.mobile }));
        await tx.saveFlow(flow);
      });
      // An instance that has not been given the new order yet reads what the new key wrote.
      const behind = await bench.open([bench.key, k2]);
      await behind.transaction(async (tx) => {
        expect((await tx.numberUse({ ...send, since: 0 })).number).toHaveLength(2);
        expect(await tx.flow(flow.id)).toMatchObject({ id: flow.id, version: 2 });
      });

      const without = await bench.open([k2]);
      const read = without.transaction((tx) => tx.enrollment(manager, accountId));
      expect(await read).toBeUndefined();
      expect(await without.transaction((tx) => tx.flow(flow.id))).toMatchObject({ version: 2 });
    });

    it('of a flow that was open at the upgrade to 1.0 are read under the present name', async () => {
      const store = await bench.open();
      const flow = someFlow();
      await store.transaction((tx) => tx.addFlow(flow));
      const { firstDraw, ...rest } = flow.state as { firstDraw: number };
      await sealState(flow.id, { ...rest, firstTurn: firstDraw });
      expect(await store.transaction((tx) => tx.flow(flow.id))).toMatchObject({
        state: flow.state,
      });
    });

    it('that hold no state of any flow are refused', async () => {
      const store = await bench.open();
      const flow = someFlow();
      await store.transaction((tx) => tx.addFlow(flow));
      await sealState(flow.id, { step: 'code', mobile: '+4670' });
      const read = store.transaction((tx) => tx.flow(flow.id));
      await expect(read).rejects.toMatchObject(CORRUPT);
      await expect(read).rejects.not.toThrow('+4670');
    });

    it('that cannot be read do not hold up the rows behind them', async () => {
      const { log, lines } = recordingLog();
      const store = await bench.open([bench.key], true, log);
      const [bad, good] = [someFlow(), someFlow()];
      const [badNotice, goodNotice] = [someNotice(), someNotice()];
      for (const [flow, notice] of [
        [bad, badNotice],
        [good, goodNotice],
      ] as const) {
        await store.transaction(async (tx) => {
          await tx.addFlow(flow);
          await tx.addNotices([notice]);
        });
      }
      await bench.database.query(`update flow set state = 'x' where id = '${bad.id}'`);
      await bench.database.query(`update notice set payload = 'x' where id = '${badNotice.id}'`);
      await store.transaction(async (tx) => {
        expect((await tx.unsettledFlows(tx.now + 1, 10)).map(({ id }) => id)).toEqual([good.id]);
        expect((await tx.claimNotice(MINUTE))?.id).toBe(goodNotice.id);
        expect(await tx.claimNotice(MINUTE)).toBeUndefined();
      });
      expect(lines.filter((line) => line.level === 'error').length).toBeGreaterThanOrEqual(2);
    });
  });
}
