import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyToPostgres } from '../../../src/adapters/store/copyTo.ts';
import { openStore } from '../../../src/adapters/store/open.ts';
import type { DatabaseOptions, OpenStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { MINUTE, someEnrollment, someFlow, someNotice } from '../../contracts/storeSamples.ts';
import type { PostgresServer } from '../../support/postgres.ts';
import { startPostgres } from '../../support/postgres.ts';
import { rawSqlite } from './rawSqlite.ts';
import { silentLog, someKey } from './support.ts';

const EVENT = { event: 'service.started', actor: 'system', result: 'ok' } as const;

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

let source: Awaited<ReturnType<typeof rawSqlite>>;
let url: string;
const keys = [someKey('k1')];
const opened: OpenStore[] = [];
beforeEach(async () => {
  source = await rawSqlite();
  url = await server.createDatabase(`d${randomUUID()}`);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await source.remove();
});

async function open(database: DatabaseOptions): Promise<OpenStore> {
  const store = await openStore({ database, keys, instance: 'one', migrate: true }, silentLog);
  opened.push(store);
  return store;
}
const openSource = () => open(source.options);
const openTarget = () => open({ kind: 'postgres', url: new Secret(url) });
const copy = () => copyToPostgres(source.directory, new Secret(url), keys, silentLog);

/** A store with one of every kind of operation under way, and more audit rows than one batch. */
async function filled() {
  const store = await openSource();
  const flow = someFlow();
  const enrollment = someEnrollment();
  const notice = someNotice();
  await store.transaction(async (tx) => {
    await tx.addFlow(flow);
    await tx.setPasscode({
      mobile: '+46701740605',
      flowId: flow.id,
      code: new Secret('482913'),
      expiresAt: tx.now + MINUTE,
    });
    await tx.saveEnrollment(enrollment);
    await tx.addNotices([notice]);
    for (let row = 0; row < 1_200; row += 1) tx.audit(EVENT);
  });
  return { store, flow, enrollment, notice };
}

describe('a copy to PostgreSQL', () => {
  it('holds the same rows and the same audit, and a bot goes on there', async () => {
    const { store, flow, enrollment, notice } = await filled();
    const { rows, head } = await copy();
    expect(rows).toMatchObject({ flow: 1, passcode: 1, enrollment: 1, notice: 1, audit: 1_200 });
    expect(head).toEqual(await store.audit.head());

    const target = await openTarget();
    expect(await target.audit.verify(head.hash)).toMatchObject({ result: 'intact', rows: 1_200 });
    await target.transaction(async (tx) => {
      expect(await tx.flow(flow.id)).toEqual(flow);
      expect(await tx.enrollment(enrollment.manager, enrollment.accountId)).toEqual(enrollment);
      expect(await tx.claimNotice(MINUTE)).toMatchObject(notice);
      const guess = {
        mobile: '+46701740605',
        flowId: flow.id,
        draw: 1,
        code: new Secret('482913'),
      };
      expect(await tx.tryPasscode(guess)).toBe('match');
      tx.audit(EVENT);
    });
    expect(await target.audit.verify()).toMatchObject({ result: 'intact', rows: 1_201 });
  });

  it('is brought up to date by the next one, beside a bot that has gone on', async () => {
    const { store, flow, enrollment } = await filled();
    await copy();
    const later = someEnrollment();
    await store.transaction(async (tx) => {
      await tx.removePasscode(flow.id);
      await tx.revokeEnrollments(enrollment.accountId);
      await tx.saveEnrollment(later);
      tx.audit(EVENT);
    });
    const { rows } = await copy();
    expect(rows).toMatchObject({ passcode: 0, enrollment: 1, revocation: 3, audit: 1_201 });
    const target = await openTarget();
    await target.transaction(async (tx) => {
      expect(await tx.enrollment(later.manager, later.accountId)).toEqual(later);
      expect(await tx.enrollment(enrollment.manager, enrollment.accountId)).toBeUndefined();
    });
    expect(await target.audit.verify()).toMatchObject({ result: 'intact', rows: 1_201 });
  });

  it('does not touch a database in which a bot has worked, or another one', async () => {
    await filled();
    await copy();
    const target = await openTarget();
    const own = someEnrollment();
    await target.transaction(async (tx) => {
      await tx.saveEnrollment(own);
      tx.audit(EVENT);
    });
    await expect(copy()).rejects.toThrow('nothing was copied');
    expect(await target.transaction((tx) => tx.enrollment(own.manager, own.accountId))).toEqual(
      own,
    );

    url = await server.createDatabase(`d${randomUUID()}`);
    const other = await openTarget();
    await other.transaction((tx) => tx.saveEnrollment(own));
    await expect(copy()).rejects.toThrow('enrollment is not empty');
  });

  it('leaves nothing behind when it fails on the way', async () => {
    await filled();
    await openTarget();
    await server.query(`alter table audit add constraint small check (seq < 700)`, [], url);
    await expect(copy()).rejects.toMatchObject({ name: 'StoreError' });
    for (const table of ['flow', 'enrollment', 'audit']) {
      expect(await server.query(`select 1 from ${table} limit 1`, [], url)).toEqual([]);
    }
    await server.query(`alter table audit drop constraint small`, [], url);
    expect((await copy()).rows).toMatchObject({ audit: 1_200 });
  });

  it('of a broken audit is told by its first wrong row', async () => {
    const { store } = await filled();
    await store.close();
    for (const statement of source.disarm) await source.query(statement);
    await source.query(`update audit set actor = 'nobody' where seq = 5`);
    await expect(copy()).rejects.toThrow('row 5');
  });

  it('of a directory without a store is refused', async () => {
    await source.remove();
    await expect(copy()).rejects.toThrow('no embedded store');
  });
});
