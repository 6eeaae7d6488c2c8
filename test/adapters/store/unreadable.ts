import { describe, expect, it } from '@jest/globals';
import { managerName } from '../../../src/domain/parties.ts';
import { Secret } from '../../../src/domain/secret.ts';
import {
  firstDigest,
  someAddress,
  someEnrollment,
  someFlow,
  someManager,
  someNotice,
  someSend,
} from '../../contracts/storeSamples.ts';
import type { Bench } from './bench.ts';
import { recordingLog, someKey } from './support.ts';

const FORGED = 'v1:zz:AAAA';

/**
 * Values that no key opens: each counts as absent, with an alarm, and holds up no other (requirement S3).
 */
export function unreadableSuite(bench: Bench): void {
  const sql = (text: string) => bench.database.query(text);

  async function opened() {
    const { log, lines } = recordingLog();
    const store = await bench.open([bench.key], true, log);
    const alarms = () =>
      lines.flatMap(({ fields: { alarm, table, column, why } }) =>
        alarm === 'storedValue' ? [`${String(table)}.${String(column)} ${String(why)}`] : [],
      );
    return { store, alarms };
  }

  describe('a value under a key that is not configured', () => {
    it('is no number, and leaves the others of its account', async () => {
      const { store, alarms } = await opened();
      const [bad, good] = [someEnrollment({ accountId: 'a' }), someEnrollment({ accountId: 'a' })];
      await store.transaction(async (tx) => {
        for (const one of [bad, good]) await tx.saveEnrollment(one);
      });
      await sql(`update enrollment set mobile = '${FORGED}' where id = '${bad.id}'`);
      expect(await store.read((reads) => reads.enrollmentsOf('a'))).toEqual([good]);
      expect(await store.read((reads) => reads.enrollment(bad.manager, 'a'))).toBeUndefined();
      expect(alarms()).toEqual(['enrollment.mobile unknownKey']);
    });

    it('is no memory of who answered, no name, no chat and no pin', async () => {
      const { store, alarms } = await opened();
      const key = someManager();
      const other = { key: someManager(), directoryId: 'other', displayName: 'Bo' };
      await store.transaction(async (tx) => {
        await tx.rememberAnswering('a', ['anna']);
        const address = someAddress(key);
        await tx.saveManager({ key, directoryId: 'own', displayName: 'Anna', address });
        await tx.saveManager(other);
      });
      await sql(`update answering set entries = '${FORGED}'`);
      await sql(`update manager set display_name = '${FORGED}', conversation = '${FORGED}',
        pin_seal = '${FORGED}' where manager = '${managerName(key)}'`);
      await store.read(async (reads) => {
        expect(await reads.answering('a')).toBeUndefined();
        expect(await reads.manager(key)).toEqual({ key });
        expect(await reads.managersByDirectoryId(['own', 'other'])).toMatchObject([other]);
      });
      expect(alarms().toSorted()).toEqual([
        'answering.entries unknownKey',
        'manager.conversation unknownKey',
        'manager.display_name unknownKey',
        'manager.pin_seal unknownKey',
      ]);
    });

    it('is no flow, no notice and no former password', async () => {
      const { store, alarms } = await opened();
      const flow = someFlow();
      const next = someNotice();
      const digest = await firstDigest(store, 'a', new Secret('Granen 7'));
      await store.transaction(async (tx) => {
        await tx.addFlow(flow);
        await tx.addNotices([someNotice({ id: '0' }), next]);
        await tx.addToHistory('a', digest, 25);
      });
      await sql(`update flow set state = '${FORGED}'`);
      await sql(`update notice set payload = '${FORGED}' where id = '0'`);
      await sql(`update password_history set digest = '${FORGED}'`);
      await store.transaction(async (tx) => {
        expect(await tx.openFlows(flow.manager)).toEqual([]);
        expect(await tx.claimNotice(60_000)).toMatchObject(next);
        expect(await tx.isInHistory('a', [digest], 25)).toBe(false);
      });
      expect(alarms().toSorted()).toEqual([
        'flow.state unknownKey',
        'notice.payload unknownKey',
        'password_history.digest unknownKey',
      ]);
    });

    it('is loud and loses nothing while a key is missing: with the key all is as before', async () => {
      const { store } = await opened();
      const enrollment = someEnrollment();
      const { manager, accountId } = enrollment;
      await store.transaction((tx) => tx.saveEnrollment(enrollment));
      const { log, lines } = recordingLog();
      const without = await bench.open([someKey('k2')], true, log);
      const read = await without.read((reads) => reads.enrollment(manager, accountId));
      expect(read).toBeUndefined();
      expect(lines).toMatchObject([{ level: 'error', fields: { why: 'unknownKey' } }]);
      const again = await bench.open();
      expect(await again.read((reads) => reads.enrollment(manager, accountId))).toEqual(enrollment);
    });
  });

  describe('a value without a seal that the bot does not write', () => {
    it.each([
      ['language', `locale = 'xx'`, 'manager.locale changed'],
      ['name', `manager = 'nobody'`, 'manager.manager changed'],
    ])('as the %s of a manager stops no list of managers', async (_, change, alarm) => {
      const { store, alarms } = await opened();
      const [bad, good] = [someManager(), someManager()].map((key) => ({ key, directoryId: 'e' }));
      await store.transaction(async (tx) => {
        await tx.saveManager(bad!);
        await tx.saveManager(good!);
      });
      await sql(`update manager set ${change} where manager = '${managerName(bad!.key)}'`);
      const found = await store.read((reads) => reads.managersByDirectoryId(['e']));
      expect(found.map(({ key }) => key)).toContainEqual(good!.key);
      expect(alarms()).toEqual([alarm]);
    });

    it.each(['9223372036854775807', '9007199254740993', '-1'])(
      'as the tries of a notice, %s, holds up none of its lane',
      async (tries) => {
        const { store } = await opened();
        const [bad, next] = [someNotice({ id: '0' }), someNotice()];
        await store.transaction((tx) => tx.addNotices([bad, next]));
        await sql(`update notice set tries = ${tries} where id = '0'`);
        const claim = () => store.transaction((tx) => tx.claimNotice(60_000));
        const claimed = [await claim(), await claim()];
        expect(claimed).toMatchObject([{ ...bad, tries: 1 }, next]);
        await sql(`update notice set tries = ${tries} where id = '0'`);
        await store.transaction((tx) => tx.addNotices([bad]));
      },
    );

    it.each(['9223372036854775807', '-9223372036854775808'])(
      'as a time or a draw, %s, that no number holds, ends no work on the others',
      async (integer) => {
        const { store } = await opened();
        const [bad, good] = [someFlow({ accountId: 'a' }), someFlow({ accountId: 'a' })];
        const number = someEnrollment({ accountId: 'a' });
        const send = someSend({ accountId: 'a' });
        await store.transaction(async (tx) => {
          for (const flow of [bad, good]) await tx.addFlow(flow);
          for (const one of [someEnrollment({ accountId: 'a' }), number]) {
            await tx.saveEnrollment(one);
            await tx.revokeEnrollments('b', one.manager);
          }
          await tx.addFailure({ kind: 'proof', manager: someManager(), accountId: 'a' });
          await tx.addSend(send);
        });
        await sql(`update flow set turn = ${integer} where id = '${bad.id}'`);
        await sql(`update enrollment set enrolled_at = ${integer} where id <> '${number.id}'`);
        await sql(`update revocation set revoked_at = ${integer} where account_id = 'b'
          and manager = '${managerName(number.manager)}'`);
        for (const column of ['failure set at', 'code_send set created_at']) {
          await sql(`update ${column} = ${integer}`);
        }
        const since = Number.MIN_SAFE_INTEGER;
        const times = await store.transaction(async (tx) => {
          expect(await tx.openFlowsOf('a')).toEqual([good]);
          expect(await tx.enrollmentsOf('a')).toEqual([number]);
          const failures = await tx.failuresOf({ accountId: 'a', since });
          return [
            ...failures.map(({ at }) => at),
            ...(await tx.numberUse({ ...send, since })).number,
          ];
        });
        // Each is still a date, which a card or an answer to an administrator can hold.
        expect(times.map((time) => new Date(time).toJSON()?.length)).not.toContain(undefined);
        expect(await store.sealed.rekey(() => undefined)).toMatchObject({ left: 0 });
      },
    );

    it('as the kind of a failure or the outcome of a message hides no other', async () => {
      const { store, alarms } = await opened();
      const failure = { manager: someManager(), accountId: 'a' };
      const send = someSend({ accountId: 'a' });
      await store.transaction(async (tx) => {
        await tx.addFailure({ kind: 'proof', ...failure });
        await tx.addFailure({ kind: 'code', ...failure });
        await tx.addSend(send);
      });
      await sql(`update failure set kind = 'x' where kind = 'proof'`);
      await sql(`update code_send set outcome = 'x'`);
      await store.transaction(async (reads) => {
        expect(await reads.failuresOf({ accountId: 'a', since: 0 })).toMatchObject([
          { kind: 'code' },
        ]);
        expect(await reads.lastSendAbout('a')).toBeUndefined();
      });
      expect(alarms()).toEqual(['failure.kind changed', 'code_send.outcome changed']);
    });

    it('as very many notices, which nobody could read, is passed bit by bit', async () => {
      const { store } = await opened();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice]));
      const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1800)`;
      await sql(`insert into notice (id, due_at, tries, lane, payload)
        ${numbers} select 'x' || i, i, 0, 'chat', '${FORGED}' from n`);
      const claim = () => store.transaction((tx) => tx.claimNotice(60_000));
      const putOff = async () =>
        (await sql(`select id from notice where due_at > 1800`)).length - 1;
      expect(await claim()).toBeUndefined();
      expect(await putOff()).toBeLessThanOrEqual(502);
      for (let time = 1; time <= 2; time += 1) expect(await claim()).toBeUndefined();
      expect(await claim()).toMatchObject(notice);
    });

    it('as very many flows is passed too', async () => {
      const { store } = await opened();
      const flow = someFlow({ expiresAt: 1 });
      await store.transaction((tx) => tx.addFlow(flow));
      const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1800)`;
      await sql(`insert into flow (id, purpose, manager, account_id, account_name, started_at,
          expires_at, saved_at, turn, version, password_version, state)
        ${numbers} select 'x' || i, 'reset', 't/' || i, 'a', 'a', 1, 1, i, 1, 1, '1', '${FORGED}' from n`);
      const unsettled = async () => {
        const found = await store.transaction((tx) => tx.unsettledFlows(tx.now - 4_000, 100));
        return found.map(({ id }) => id);
      };
      await sql(`update flow set saved_at = 2000 where id = '${flow.id}'`);
      expect(await unsettled()).toEqual([]);
      expect(await unsettled()).toEqual([flow.id]);
    });

    it('as the lane of a notice keeps it from nobody', async () => {
      const { store } = await opened();
      const notice = someNotice();
      await store.transaction((tx) => tx.addNotices([notice]));
      await sql(`update notice set lane = 'x'`);
      await store.transaction(async (tx) => {
        expect(await tx.claimNotice(60_000, 'sms')).toBeUndefined();
        expect(await tx.claimNotice(60_000, 'chat')).toMatchObject(notice);
      });
    });

    it('as the fate of a reminder sends no second one', async () => {
      const { store, alarms } = await opened();
      const key = { accountId: 'a', cycle: '1', stage: 7, recipient: 'r', repeat: 0 };
      const reminder = { ...key, handle: 'h', accountName: 'a' };
      await store.transaction((tx) => tx.reserveReminder(reminder));
      await sql(`update reminder set fate = 'x'`);
      await store.transaction(async (tx) => {
        expect(await tx.reminderFate(key)).toBeUndefined();
        expect(await tx.reserveReminder({ ...reminder, handle: 'other' })).toBe(false);
      });
      expect(alarms()).toEqual(['reminder.fate changed']);
    });
  });
}
