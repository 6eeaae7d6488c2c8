import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashRow } from '../../../src/adapters/store/audit/auditChain.ts';
import type { AuditRow } from '../../../src/adapters/store/audit/auditChain.ts';
import type { AuditEvent } from '../../../src/domain/audit.ts';
import { StoreError } from '../../../src/ports/errors.ts';
import { someFlow } from '../../contracts/storeSamples.ts';
import { expectBetween } from '../../support/between.ts';
import type { Bench } from './bench.ts';

const event = (changes: Partial<AuditEvent> = {}): AuditEvent => ({
  event: 'reset.started',
  actor: 'system',
  result: 'ok',
  ...changes,
});

/** The audit as it stands in the table. */
export function auditAtRestSuite(bench: Bench): void {
  describe('the audit', () => {
    const auditRows = async () =>
      (await bench.database.query('select * from audit order by seq')).map(
        (row) => ({ ...row, seq: Number(row.seq) }) as unknown as AuditRow,
      );

    it('has one row for each event, in order, as the contract names its columns', async () => {
      const store = await bench.open();
      const account = randomUUID();
      const before = Date.now();
      await store.transaction((tx) => {
        tx.audit(event({ actor: 't/a', account, flow: 'f1' }));
        tx.audit(event({ event: 'code.notSent', result: 'failed', reason: 'smsUnavailable' }));
        return Promise.resolve();
      });
      const [first, second, ...rest] = await auditRows();
      expect(rest).toEqual([]);
      expect(first).toMatchObject({
        seq: 1,
        event: 'reset.started',
        actor: 't/a',
        account,
        result: 'ok',
        reason: null,
        flow: 'f1',
        instance: 'i0',
        previous: '',
      });
      expect(second).toMatchObject({
        seq: 2,
        event: 'code.notSent',
        actor: 'system',
        account: null,
        result: 'failed',
        reason: 'smsUnavailable',
        flow: null,
        previous: first!.hash,
      });
      expect(first!.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expectBetween(Date.parse(first!.at), before, Date.now());
      expect(await store.audit.head()).toEqual({ seq: 2, hash: second!.hash });
    });

    it('keeps neither a row nor a number of work that fails', async () => {
      const store = await bench.open();
      const failing = store.transaction((tx) => {
        tx.audit(event());
        return Promise.reject(new Error('a bug'));
      });
      await expect(failing).rejects.toThrow('a bug');
      await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      expect((await auditRows()).map(({ seq }) => seq)).toEqual([1]);
    });

    it('is one chain without a gap when two instances write at once', async () => {
      const stores = [await bench.open(), await bench.open()];
      await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          stores[index % 2]!.transaction((tx) => {
            tx.audit(event({ flow: `f${index}` }));
            tx.audit(event({ event: 'reset.written', flow: `f${index}` }));
            return Promise.resolve();
          }),
        ),
      );
      const rows = await auditRows();
      expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
      expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted());
      const head = rows.at(-1)!.hash;
      expect(await stores[0]!.audit.verify()).toEqual({ result: 'intact', rows: 48, head });
    });

    it('takes the change with it when it cannot be written', async () => {
      const store = await bench.open();
      await bench.database.query('delete from audit_head');
      const flow = someFlow();
      const change = store.transaction(async (tx) => {
        await tx.addFlow(flow);
        tx.audit(event());
      });
      await expect(change).rejects.toThrow(StoreError);
      expect(await store.transaction((tx) => tx.flow(flow.id))).toBeUndefined();
    });

    it.each([`update audit set result = 'ok'`, 'delete from audit'])('refuses %s', async (text) => {
      const store = await bench.open();
      await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      await expect(bench.database.query(text)).rejects.toThrow('append-only');
    });

    it('is read in order, page after page', async () => {
      const store = await bench.open();
      await store.transaction((tx) => {
        for (let index = 0; index < 1_001; index += 1) tx.audit(event());
        return Promise.resolve();
      });
      const numbers: number[] = [];
      for await (const row of store.audit.read()) numbers.push(row.seq);
      expect(numbers).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
      expect(await store.audit.verify()).toMatchObject({ result: 'intact', rows: 1_001 });
    });

    it.each([
      ['changed', [`update audit set reason = 'other' where seq = 2`], 2],
      ['taken out', ['delete from audit where seq = 2'], 2],
      ['cut off at the end', ['delete from audit where seq = 4'], 4],
      [
        'cut off with its number',
        ['delete from audit where seq = 4', 'update audit_head set seq = 3'],
        3,
      ],
    ] as const)('is found out when a row was %s', async (_, changes, row) => {
      const store = await bench.open();
      for (let index = 0; index < 4; index += 1) {
        await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      }
      for (const text of [...bench.database.disarm, ...changes]) await bench.database.query(text);
      expect(await store.audit.verify()).toEqual({ result: 'broken', row });
    });

    /** Writes the rows behind `after` anew, as an attacker without a key can. */
    async function rewrite(after: number): Promise<void> {
      for (const text of bench.database.disarm) await bench.database.query(text);
      const rows = await auditRows();
      let previous = rows.find(({ seq }) => seq === after)?.hash ?? '';
      for (const row of rows.filter(({ seq }) => seq > after)) {
        const hash = hashRow({ ...row, actor: 'somebody', previous });
        await bench.database.query(
          `update audit set actor = 'somebody', previous = '${previous}', hash = '${hash}' where seq = ${row.seq}`,
        );
        previous = hash;
      }
      await bench.database.query(`update audit_head set hash = '${previous}'`);
    }

    async function threeRows() {
      const store = await bench.open();
      for (let index = 0; index < 3; index += 1) {
        await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      }
      return store;
    }

    it.each([0, 1, 2])('is found out when all behind row %i was rewritten', async (after) => {
      const store = await threeRows();
      await rewrite(after);
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: after + 1 });
    });

    /** Appends a row with a right hash and no seal, as an attacker without a key can; gives its hash. */
    async function forge(seq: number): Promise<string> {
      const last = (await auditRows()).at(-1)!;
      const forged = { ...last, seal: null, seq, actor: 't/nobody', previous: last.hash };
      const hash = hashRow(forged);
      const [names, values] = [Object.keys(forged), Object.values({ ...forged, hash })];
      const cells = values.map((cell) => (cell === null ? 'null' : `'${String(cell)}'`));
      await bench.database.query(
        `insert into audit (${names.join(', ')}) values (${cells.join(', ')})`,
      );
      return hash;
    }

    it('takes no row for genuine that somebody without a key appends with a right hash', async () => {
      const store = await threeRows();
      const hash = await forge(4);
      await bench.database.query(`update audit_head set seq = 4, hash = '${hash}'`);
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: 4 });
      // The bot's next row does not make it genuine.
      await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: 4 });
    });

    it.each([4, 4_000_000])(
      'finds out a row %i that somebody put behind the head, and exports none',
      async (seq) => {
        const store = await threeRows();
        const { hash } = await store.audit.head();
        await forge(seq);
        const numbers: number[] = [];
        for await (const row of store.audit.read()) numbers.push(row.seq);
        expect(numbers).toEqual([1, 2, 3]);
        expect(await store.audit.verify()).toEqual({ result: 'broken', row: 4 });
        expect(await store.audit.verify(hash)).toEqual({ result: 'broken', row: 4 });
      },
    );

    it('names what stands far behind the head by its place, also when the bot writes on', async () => {
      const store = await threeRows();
      await forge(4_000_000);
      await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: 5 });
    });

    it('is intact while a bot writes', async () => {
      const [store, bot] = [await threeRows(), await bench.open()];
      const writing = (async () => {
        for (let index = 0; index < 40; index += 1) {
          await bot.transaction((tx) => Promise.resolve(tx.audit(event())));
        }
      })();
      const verdicts: string[] = [];
      for (let index = 0; index < 10; index += 1) {
        verdicts.push((await store.audit.verify()).result);
      }
      await writing;
      expect(new Set(verdicts)).toEqual(new Set(['intact']));
    });

    it('is exported whole where somebody sets its head back', async () => {
      const store = await threeRows();
      await bench.database.query('update audit_head set seq = 1');
      const numbers: number[] = [];
      for await (const row of store.audit.read()) numbers.push(row.seq);
      expect(numbers).toEqual([1, 2, 3]);
    });

    it('cannot be declared older than its seals', async () => {
      const store = await threeRows();
      await rewrite(0);
      const head = await store.audit.head();
      await bench.database.query(
        `update audit_head set checkpoint_seq = 3, checkpoint_hash = '${head.hash}'`,
      );
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: 1 });
    });

    it('is found out by a noted head when its end was taken away', async () => {
      const store = await threeRows();
      const noted = (await store.audit.head()).hash;
      await store.transaction((tx) => Promise.resolve(tx.audit(event())));
      expect(await store.audit.verify(noted)).toMatchObject({ result: 'intact', rows: 4 });

      for (const text of bench.database.disarm) await bench.database.query(text);
      await bench.database.query('delete from audit where seq > 2');
      const { hash } = (await auditRows()).at(-1)!;
      await bench.database.query(`update audit_head set seq = 2, hash = '${hash}'`);
      expect(await store.audit.verify()).toMatchObject({ result: 'intact', rows: 2 });
      expect(await store.audit.verify(noted)).toMatchObject({ result: 'headUnknown' });
    });
  });
}
