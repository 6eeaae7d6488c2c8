import { describe, expect, it } from '@jest/globals';
import { createKeyring } from '../../../src/adapters/store/sealing/crypto.ts';
import { SEALED } from '../../../src/adapters/store/sealing/places.ts';
import type { EnrollmentTable, FlowTable } from '../../../src/adapters/store/schema/tables.ts';
import { managerName } from '../../../src/domain/parties.ts';
import {
  MINUTE,
  someEnrollment,
  someFlow,
  someManager,
  someNotice,
} from '../../contracts/storeSamples.ts';
import type { Bench } from './bench.ts';
import { someKey } from './support.ts';

/** A database from before there were seals. */
export function sealingSuite(bench: Bench): void {
  const sql = (text: string) => bench.database.query(text);

  /** Removes from the database the parts that the earlier build did not write. */
  async function unseal(): Promise<void> {
    const keys = createKeyring([bench.key]);
    const rows = <T>(found: Record<string, unknown>[]) =>
      found.map(
        (row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, cell]) => [
              name,
              typeof cell === 'string' && /^\d{1,15}$/.test(cell) ? Number(cell) : cell,
            ]),
          ) as T,
      );
    for (const row of rows<EnrollmentTable>(await sql('select * from enrollment'))) {
      const clear = keys.open(SEALED.enrollment.place(row), row.mobile)!;
      const sealed = keys.seal(['enrollment', row.id, 'mobile'], clear);
      await sql(`update enrollment set mobile = '${sealed}' where id = '${row.id}'`);
    }
    for (const row of rows<FlowTable>(await sql('select * from flow'))) {
      const clear = keys.open(SEALED.flow.place(row), row.state)!;
      const sealed = keys.seal(['flow', row.id, 'state'], clear);
      await sql(`update flow set state = '${sealed}' where id = '${row.id}'`);
    }
    await forgetMigration();
  }

  /** Takes away what the newest migrations add. */
  async function dropNewest(): Promise<void> {
    for (const table of ['desk_lookup', 'desk_look', 'caller_check']) {
      await sql(`drop table ${table}`);
    }
    await sql('alter table enrollment drop column removal_told');
    await sql('drop index flow_saved');
    await sql('drop index notice_waiting');
  }

  async function forgetMigration(): Promise<void> {
    for (const column of ['manager.pin_seal', 'audit.seal'].concat(
      ...['checkpoint_seq', 'checkpoint_hash', 'checkpoint_seal'].map(
        (name) => `audit_head.${name}`,
      ),
    )) {
      const [table, name] = column.split('.');
      await sql(`alter table ${table!} drop column ${name!}`);
    }
    // A migration is applied only after those before it.
    await sql('drop table answering');
    await dropNewest();
    await sql('create table former as select account_id, revoked_at from revocation');
    await sql('drop table revocation');
    await sql('alter table former rename to revocation');
    await sql('alter table notice drop column lane');
    for (const column of ['told_at', 'seal']) {
      await sql(`alter table reminder_silence drop column ${column}`);
    }
    for (const column of ['undoes', 'seal']) await sql(`alter table button drop column ${column}`);
    await sql(`delete from bot_migration where name >= '0006'`);
  }

  async function filled() {
    const store = await bench.open();
    const flow = someFlow();
    const manager = { key: someManager(), directoryId: 'entry', displayName: 'Anna' };
    const [enrollment, revoked] = [someEnrollment(), someEnrollment()];
    await store.transaction(async (tx) => {
      await tx.saveManager(manager);
      await tx.addFlow(flow);
      await tx.saveEnrollment(revoked);
      await tx.revokeEnrollments(revoked.accountId);
      await tx.saveEnrollment(enrollment);
      await tx.addNotices([someNotice()]);
      for (const reason of ['one', 'two']) {
        tx.audit({ event: 'reset.started', actor: 'system', result: 'ok', reason });
      }
    });
    return { store, flow, manager, enrollment, revoked };
  }

  describe('a database of an earlier build', () => {
    it('keeps the notes of its revokes, its buttons and its silences', async () => {
      const keys = createKeyring([bench.key]);
      const numbers = [someEnrollment(), someEnrollment(), someEnrollment(), someEnrollment()];
      const [all, own, removed, changed] = numbers;
      const about = { accountId: all!.accountId, cycle: '1' };
      const button = { handle: 'button', manager: own!.manager, accountId: own!.accountId };
      const store = await bench.open();
      const until = await store.transaction(async (tx) => {
        for (const number of numbers) await tx.saveEnrollment(number);
        await tx.addButtons([button]);
        await tx.silenceReminders({ ...about, until: tx.now + MINUTE });
        return tx.now + MINUTE;
      });
      await sql('drop table revocation');
      await sql(`create table revocation (account_id text not null primary key,
        revoked_at bigint not null, seal text)`);
      await sql(`create table manager_revocation (account_id text not null, manager text not null,
        revoked_at bigint not null, seal text not null, primary key (account_id, manager))`);
      const at = 1_790_000_000_001;
      for (const [{ accountId }, beside] of [[all!, at] as const, [changed!, 0] as const]) {
        const seal = keys.seal(['revocation', accountId, 'seal', beside], '');
        await sql(`insert into revocation values ('${accountId}', ${String(at)}, '${seal}')`);
      }
      for (const [{ accountId, manager }, text] of [
        [own!, ''] as const,
        [removed!, 'removed'] as const,
      ]) {
        const name = managerName(manager);
        const place = ['manager_revocation', `${accountId}/${name}`, 'seal', at] as const;
        const seal = keys.seal([...place], text);
        await sql(`insert into manager_revocation
          values ('${accountId}', '${name}', ${String(at)}, '${seal}')`);
      }
      for (const column of ['undoes', 'seal'])
        await sql(`alter table button drop column ${column}`);
      await sql('alter table reminder_silence drop column seal');
      await dropNewest();
      await sql(`delete from bot_migration where name >= '0012'`);

      const upgraded = await bench.open();
      await upgraded.transaction(async (tx) => {
        for (const { manager, accountId } of numbers) {
          expect(await tx.enrollment(manager, accountId)).toBeUndefined();
        }
        expect(await tx.lastRevoke(all!.accountId)).toEqual({ at });
        expect(await tx.revokedAt(own!.accountId, own!.manager)).toBe(at);
        expect(await tx.lastRevoke(own!.accountId)).toEqual({ at, manager: own!.manager });
        expect(await tx.revokedAt(removed!.accountId, removed!.manager)).toBeUndefined();
        expect(await tx.lastRevoke(changed!.accountId)).toEqual({ at: tx.now });
        expect(await tx.button('button')).toEqual({ ...button, undoes: undefined });
        expect(await tx.silencedUntil(about.accountId)).toBe(until);
      });
    });
  });

  describe('a database from before the seals', () => {
    it('is sealed once, and all of it is read as before', async () => {
      const { flow, manager, enrollment, revoked, store } = await filled();
      const { hash } = await store.audit.head();
      await unseal();
      const sealed = await bench.open();
      await sealed.read(async (reads) => {
        expect(await reads.flow(flow.id)).toEqual(flow);
        expect(await reads.manager(manager.key)).toMatchObject(manager);
        expect(await reads.enrollment(enrollment.manager, enrollment.accountId)).toEqual(
          enrollment,
        );
      });
      expect(await sealed.transaction((tx) => tx.lastRevoke(revoked.accountId))).toBeDefined();
      expect(await sealed.audit.verify(hash)).toEqual({ result: 'intact', rows: 2, head: hash });
      await sealed.transaction((tx) => {
        tx.audit({ event: 'reset.written', actor: 'system', result: 'ok' });
        return Promise.resolve();
      });
      expect(await sealed.audit.verify(hash)).toMatchObject({ result: 'intact', rows: 3 });
    });

    it('is sealed with the first key, and its numbers are found by that alone', async () => {
      const { enrollment } = await filled();
      await unseal();
      const k2 = someKey('k2');
      await bench.open([k2, bench.key]);
      const store = await bench.open([k2]);
      await store.transaction(async (tx) => {
        const { manager, accountId, mobile } = enrollment;
        expect(await tx.numberUse({ mobile, manager, since: 0 })).toMatchObject({
          isEnrolled: true,
        });
        expect(await tx.enrollment(manager, accountId)).toEqual(enrollment);
      });
    });

    it('has its audit from before vouched for as a whole', async () => {
      await filled();
      await unseal();
      const store = await bench.open();
      for (const text of bench.database.disarm) await sql(text);
      await sql(`update audit set reason = 'other' where seq = 2`);
      expect(await store.audit.verify()).toEqual({ result: 'broken', row: 2 });
    });

    it('takes no value from before afterwards', async () => {
      const { enrollment } = await filled();
      await unseal();
      const [before] = await sql(`select mobile from enrollment where id = '${enrollment.id}'`);
      const store = await bench.open();
      await sql(`update enrollment set mobile = '${String(before!['mobile'])}'`);
      const read = store.read((reads) =>
        reads.enrollment(enrollment.manager, enrollment.accountId),
      );
      expect(await read).toBeUndefined();
    });

    it('is not sealed again where somebody takes the note of it away', async () => {
      await filled();
      await forgetMigration();
      await expect(bench.open()).rejects.toThrow('this one has run before');
    });

    it('keeps no pin where nothing shows that it is from before', async () => {
      const { manager } = await filled();
      for (const table of ['enrollment', 'flow']) await sql(`delete from ${table}`);
      await sql(`update manager set directory_id = 'of somebody else'`);
      await forgetMigration();
      const store = await bench.open();
      const found = await store.read((reads) => reads.manager(manager.key));
      expect(found).toMatchObject({ displayName: 'Anna' });
      expect(found?.directoryId).toBeUndefined();
    });

    it('is not touched while a key is missing', async () => {
      const { enrollment } = await filled();
      await unseal();
      await expect(bench.open([someKey('k2')])).rejects.toThrow('not configured');
      const store = await bench.open();
      const read = store.read((reads) =>
        reads.enrollment(enrollment.manager, enrollment.accountId),
      );
      expect(await read).toEqual(enrollment);
    });
  });
}
