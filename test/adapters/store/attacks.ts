import { describe, expect, it } from '@jest/globals';
import type { LogLine } from './support.ts';
import type { Bench } from './bench.ts';
import type { OpenStore } from '../../../src/adapters/store/open.ts';
import { managerName } from '../../../src/domain/parties.ts';
import { Secret } from '../../../src/domain/secret.ts';
import {
  MINUTE,
  firstDigest,
  someAddress,
  someEnrollment,
  someFlow,
  someManager,
} from '../../contracts/storeSamples.ts';
import { recordingLog } from './support.ts';

/** An attacker who may write to the database and has no keys gets no forged value accepted. */
export function attackSuite(bench: Bench): void {
  const sql = (text: string) => bench.database.query(text);

  async function attacked() {
    const { log, lines } = recordingLog();
    const store = await bench.open([bench.key], true, log);
    return { store, lines, alarms: () => alarmsOf(lines) };
  }
  const alarmsOf = (lines: readonly LogLine[]) =>
    lines.filter(({ fields }) => fields['alarm'] === 'storedValue');
  const literal = (value: unknown) =>
    value === null ? 'null' : typeof value === 'number' ? String(value) : `'${String(value)}'`;

  /** The rows as they stand; gives a function that puts them back later. */
  async function keep(table: string, where: string): Promise<() => Promise<void>> {
    const rows = await sql(`select * from ${table} where ${where}`);
    expect(rows).not.toHaveLength(0);
    return async () => {
      for (const row of rows) {
        await sql(
          `insert into ${table} (${Object.keys(row).join(', ')})
           values (${Object.values(row).map(literal).join(', ')})`,
        );
      }
    };
  }

  const enrolled = async (store: OpenStore, changes: Parameters<typeof someEnrollment>[0] = {}) => {
    const enrollment = someEnrollment(changes);
    await store.transaction((tx) => tx.saveEnrollment(enrollment));
    return enrollment;
  };

  describe('a writer to the database without keys', () => {
    it.each([
      ['another account', `account_id = 'other'`],
      ['another manager', `manager = 't/other'`],
      ['an earlier use', 'usable_from = 0'],
      ['another time of enrollment', 'enrolled_at = enrolled_at + 1'],
    ])('moves no number to %s', async (_, change) => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      await sql(`update enrollment set ${change} where id = '${id}'`);
      await store.transaction(async (tx) => {
        expect(await tx.enrollment(manager, accountId)).toBeUndefined();
        expect(await tx.enrollmentsOf('other')).toEqual([]);
        expect(await tx.enrollmentsOf(accountId)).toEqual([]);
        expect(await tx.enrollmentsOfManager({ tenantId: 't', aadObjectId: 'other' })).toEqual([]);
      });
      expect(alarms()).toHaveLength(1);
      expect(alarms()[0]).toMatchObject({ level: 'error', fields: { row: id, why: 'changed' } });
    });

    it('hides no number from the index by which its owners are counted', async () => {
      const { store, alarms } = await attacked();
      const [hidden, other] = [await enrolled(store), await enrolled(store, { mobile: '+46701' })];
      const index = `(select mobile_index from enrollment where id = '${other.id}')`;
      await sql(`update enrollment set mobile_index = ${index} where id = '${hidden.id}'`);
      await store.read(async (reads) => {
        expect(await reads.enrollment(hidden.manager, hidden.accountId)).toBeUndefined();
        expect(await reads.enrollmentsOf(hidden.accountId)).toEqual([]);
        expect(await reads.enrollment(other.manager, other.accountId)).toEqual(other);
      });
      expect(alarms()).toMatchObject([
        { fields: { row: hidden.id, column: 'mobile_index', why: 'changed' } },
      ]);
    });

    it('swaps no numbers', async () => {
      const { store, alarms } = await attacked();
      const [victim, own] = [await enrolled(store), await enrolled(store)];
      await sql(
        `update enrollment set manager = '${managerName(own.manager)}x' where id = '${own.id}'`,
      );
      await sql(`update enrollment set id = 'x' where id = '${victim.id}'`);
      await sql(
        `update enrollment set id = '${victim.id}', manager = '${managerName(victim.manager)}',
           account_id = '${own.accountId}' where id = '${own.id}'`,
      );
      await store.read(async (reads) => {
        expect(await reads.enrollment(victim.manager, victim.accountId)).toBeUndefined();
        expect(await reads.enrollment(victim.manager, own.accountId)).toBeUndefined();
      });
      expect(alarms()).toHaveLength(2);
    });

    it('puts no revoked number back while the note of the revoke stands', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = await keep('enrollment', `id = '${id}'`);
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      await putBack();
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
    });

    it('puts no former number back over the one that took its place', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = await keep('enrollment', `id = '${id}'`);
      const later = await enrolled(store, { manager, accountId });
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toMatchObject({ id: later.id, mobile: later.mobile });
      expect(alarms()).toEqual([]);
      await sql(`delete from enrollment where id = '${later.id}'`);
      await putBack();
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
    });

    it('puts no former number back over one that came as a first one, after the former was deleted', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = await keep('enrollment', `id = '${id}'`);
      await sql(`delete from enrollment where id = '${id}'`);
      const enrolledAt = Date.now() + 60_000;
      const later = await enrolled(store, { manager, accountId, enrolledAt });
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toMatchObject({ id: later.id });
      await sql(`delete from enrollment where id = '${later.id}'`);
      await putBack();
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
    });

    it('makes no reading longer by each number that took another’s place, and puts none of them back', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = [await keep('enrollment', `id = '${id}'`)];
      let last = id;
      for (let time = 0; time < 3; time += 1) {
        last = (await enrolled(store, { manager, accountId })).id;
        putBack.push(await keep('enrollment', `id = '${last}'`));
      }
      // Notes that no reading needs: a later one says the same.
      await sql(`update revocation set seal = 'v1:k1:AAAA' where revoked_at <
        (select max(revoked_at) from revocation)`);
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toMatchObject({ id: last });
      expect(alarms()).toEqual([]);
      for (const back of putBack.slice(0, -1)) {
        await sql(`delete from enrollment where manager = '${managerName(manager)}'`);
        await back();
        expect(await read()).toBeUndefined();
      }
      expect(alarms()).not.toEqual([]);
      const again = await enrolled(store, { manager, accountId });
      expect(await read()).toMatchObject({ id: again.id });
    });

    it('puts no earlier note of a revoke over a later one', async () => {
      const { store } = await attacked();
      const accountId = 'account';
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      const [former] = await sql(`select * from revocation`);
      const between = await enrolled(store, { accountId, enrolledAt: Date.now() });
      const putBack = await keep('enrollment', `id = '${between.id}'`);
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      await putBack();
      const { revoked_at, seal } = former!;
      const over = `update revocation set revoked_at = ${String(revoked_at)}, seal = '${String(seal)}'
        where account_id = '${accountId}'`;
      await expect(sql(over)).rejects.toThrow(/unique/i);
      expect(await store.read((reads) => reads.enrollmentsOf(accountId))).toEqual([]);
    });

    it('puts no number back that was enrolled while its revoke waited', async () => {
      const { store, alarms } = await attacked();
      // The revoke's transaction has begun before the number is enrolled.
      const { manager, accountId, id } = await enrolled(store, { enrolledAt: Date.now() + MINUTE });
      const putBack = await keep('enrollment', `id = '${id}'`);
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      await putBack();
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
    });

    it.each([
      ['another account', `account_id = 'other'`],
      ['another manager', `manager = 't/other'`],
      ['another silence', 'undoes = 2'],
    ])('moves no button to %s', async (_, change) => {
      const { store, alarms } = await attacked();
      const button = { handle: 'button', manager: someManager(), accountId: 'account', undoes: 1 };
      await store.transaction((tx) => tx.addButtons([button]));
      expect(await store.read((reads) => reads.button('button'))).toEqual(button);
      await sql(`update button set ${change}`);
      expect(await store.read((reads) => reads.button('button'))).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { table: 'button', why: 'changed' } }]);
    });

    it.each(['until = until + 1', 'told_at = until', `account_id = 'other'`])(
      'silences no account, and keeps nobody from being told: %s',
      async (change) => {
        const { store, alarms } = await attacked();
        const about = { accountId: 'account', cycle: '1', recipient: 't/anna' };
        await store.transaction(async (tx) => {
          await tx.silenceReminders({ ...about, until: tx.now + 10 * MINUTE });
          expect(await tx.nextSilenceNotice(about, MINUTE)).toBe(tx.now);
        });
        await sql(`update reminder_silence set ${change}`);
        await store.transaction(async (tx) => {
          for (const accountId of ['account', 'other']) {
            expect(await tx.silencedUntil(accountId)).toBeUndefined();
            const pause = await tx.reminderPause({ ...about, accountId });
            expect(pause.silencedUntil).toBeUndefined();
          }
          const until = tx.now + MINUTE;
          expect(await tx.silenceReminders({ ...about, until })).toBe(true);
          expect(await tx.nextSilenceNotice(about, MINUTE)).toBe(tx.now);
          expect(await tx.silencedUntil('account')).toBe(until);
        });
        expect(alarms()).toMatchObject([{ fields: { table: 'reminder_silence' } }]);
      },
    );

    it('names no account to an administrator by another one, and hides no reset', async () => {
      const { store, alarms } = await attacked();
      const [flow, other] = [someFlow(), someFlow()];
      await store.transaction(async (tx) => {
        await tx.addFlow(flow);
        await tx.addFlow(other);
      });
      await sql(`update flow set account_name = 'other' where id = '${flow.id}'`);
      await sql(`update flow set purpose = 'unlock' where id = '${other.id}'`);
      const moved = await enrolled(store);
      await sql(`update enrollment set account_id = 'other' where id = '${moved.id}'`);
      await store.transaction(async (tx) => {
        expect(await tx.rememberedAccount('other')).toBeUndefined();
        expect(await tx.rememberedAccount(flow.accountId)).toBeUndefined();
        const resets = await tx.resetsAround(other.accountId, 0, Number.MAX_SAFE_INTEGER);
        expect(resets).toEqual([other]);
      });
      expect(alarms()).toMatchObject([
        { fields: { table: 'flow', row: flow.id } },
        { fields: { table: 'enrollment' } },
        { fields: { table: 'flow', row: other.id, column: 'purpose' } },
      ]);
    });

    it('makes no search for resets longer by enrollments, which a manager can begin at will', async () => {
      const { store, alarms } = await attacked();
      const reset = someFlow();
      const { accountId } = reset;
      await store.transaction(async (tx) => {
        await tx.addFlow(reset);
        for (let time = 0; time < 3; time += 1) {
          const begun = someFlow({ accountId, endedAt: tx.now });
          await tx.addFlow({ ...begun, purpose: 'enrollment', state: { step: 'cancelled' } });
        }
      });
      await sql(`update flow set state = 'v1:k1:AAAA' where purpose = 'enrollment'`);
      const found = await store.transaction((tx) =>
        tx.resetsAround(accountId, 0, Number.MAX_SAFE_INTEGER),
      );
      expect(found).toEqual([reset]);
      expect(alarms()).toEqual([]);
    });

    it('puts no number of a manager back whose number alone was revoked', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const other = await enrolled(store, { accountId });
      const putBack = await keep('enrollment', `id = '${id}'`);
      await store.transaction((tx) => tx.revokeEnrollments(accountId, manager));
      await putBack();
      const read = () => store.read((reads) => reads.enrollmentsOf(accountId));
      expect(await read()).toEqual([other]);
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
      await sql(`update revocation set revoked_at = 0 where revoked_at =
        (select max(revoked_at) from revocation where account_id = '${accountId}')`);
      await read();
      expect(alarms()).toMatchObject([{}, { fields: { table: 'revocation', why: 'changed' } }]);
      await store.transaction(async (tx) => {
        // Whose number it was is not known any more.
        expect(await tx.lastRevoke(accountId)).toEqual({ at: tx.now });
      });
      const again = await enrolled(store, { manager, accountId });
      // Counted from the revoke that the changed note now stands for.
      const kept = await store.read((reads) => reads.enrollment(manager, accountId));
      expect(kept).toEqual({ ...again, enrolledAt: expect.any(Number) });
    });

    it('puts no number back that a sweep had removed, and delays nobody by the note of it', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = await keep('enrollment', `id = '${id}'`);
      await store.transaction(async (tx) => {
        await tx.removeEnrollment(id);
        expect(await tx.revokedAt(accountId, manager)).toBeUndefined();
        expect(await tx.lastRevoke(accountId)).toBeUndefined();
        expect(await tx.countRevokes(0)).toBe(0);
      });
      await putBack();
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([{ fields: { row: id, why: 'revoked' } }]);
      const again = await enrolled(store, { manager, accountId, enrolledAt: 1_790_000_000_002 });
      expect(await read()).toEqual(again);
      // The note of a revoke stays where a number that came after it is removed.
      const revokedAt = await store.transaction(async (tx) => {
        await tx.revokeEnrollments(accountId, manager);
        return tx.now;
      });
      const last = await enrolled(store, { manager, accountId, enrolledAt: revokedAt + MINUTE });
      await store.transaction(async (tx) => {
        await tx.removeEnrollment(last.id);
        expect(await tx.revokedAt(accountId, manager)).toBe(revokedAt);
      });
    });

    it('makes no revoke of a number by changing the note that it left', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId } = await enrolled(store);
      const count = () => store.transaction((tx) => tx.countRevokes(0));
      await sql(`update revocation set seal = 'v1:k1:AAAA'`);
      expect(await count()).toBe(0);
      expect(alarms()).toHaveLength(1);
      // The next number has its note sealed anew.
      await enrolled(store, { manager, accountId });
      expect(await count()).toBe(0);
      expect(await store.read((reads) => reads.lastRevoke(accountId))).toBeUndefined();
    });

    it('stops nobody from enrolling anew after a revoke, wherever the clock stands', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId } = await enrolled(store);
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      const again = await enrolled(store, { manager, accountId });
      const read = await store.read((reads) => reads.enrollment(manager, accountId));
      expect(read).toMatchObject({ id: again.id, mobile: again.mobile });
      expect(alarms()).toEqual([]);
    });

    it('lets a number that is not trusted be replaced', async () => {
      const { store } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      await sql(`update enrollment set usable_from = 0 where id = '${id}'`);
      const again = await enrolled(store, { manager, accountId });
      expect(await store.read((reads) => reads.enrollment(manager, accountId))).toEqual(again);
    });

    it('pins nobody to the entry of somebody else', async () => {
      const { store, alarms } = await attacked();
      const key = someManager();
      const record = { key, directoryId: 'own', displayName: 'Anna' };
      await store.transaction((tx) => tx.saveManager({ ...record, address: someAddress(key) }));
      await sql(`update manager set directory_id = 'other'`);
      await store.read(async (reads) => {
        expect(await reads.managersByDirectoryId(['other', 'own'])).toEqual([]);
        expect(await reads.manager(key)).toMatchObject({
          directoryId: undefined,
          displayName: 'Anna',
          address: someAddress(key),
        });
      });
      expect(alarms()).toMatchObject([{ fields: { table: 'manager', column: 'pin_seal' } }]);
      await store.transaction((tx) => tx.saveManager(record));
      await sql(`update manager set directory_id = 'other', pin_seal = null`);
      expect((await store.read((reads) => reads.manager(key)))?.directoryId).toBeUndefined();
    });

    it.each([
      ['account', `account_id = 'other'`],
      ['name of an account', `account_name = 'other'`],
      ['manager', `manager = 't/other'`],
      ['password version', `password_version = '0'`],
      ['time', 'expires_at = expires_at + 1'],
      ['version', 'version = version + 1'],
      ['draw', 'turn = turn + 1'],
      ['button', `origin = 'other'`],
    ])('moves no flow to another %s', async (_, change) => {
      const { store, alarms } = await attacked();
      const flow = someFlow();
      await store.transaction((tx) => tx.addFlow(flow));
      await sql(`update flow set ${change}`);
      await store.transaction(async (tx) => {
        expect(await tx.flow(flow.id)).toBeUndefined();
        expect(await tx.openFlows(flow.manager)).toEqual([]);
        expect(await tx.unsettledFlows(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
      });
      expect(alarms()).toHaveLength(1);
    });

    it('opens no ended flow again, and puts no earlier step into its place', async () => {
      const { store } = await attacked();
      const flow = someFlow();
      const ended = { ...flow, endedAt: 1_790_000_000_001, state: { step: 'done' } } as const;
      await store.transaction((tx) => tx.addFlow(flow));
      const [{ state } = {}] = await sql('select state from flow');
      await store.transaction((tx) => tx.saveFlow(ended));
      await sql(`update flow set ended_at = null`);
      expect(await store.read((reads) => reads.flow(flow.id))).toBeUndefined();
      await sql(`update flow set ended_at = null, state = '${String(state)}'`);
      expect(await store.read((reads) => reads.flow(flow.id))).toBeUndefined();
    });

    it('keeps nobody from a new flow by one that is not trusted', async () => {
      const { store } = await attacked();
      const flow = someFlow({ origin: 'button' });
      await store.transaction((tx) => tx.addFlow(flow));
      await sql(`update flow set password_version = '0'`);
      const next = someFlow({ manager: flow.manager, accountId: flow.accountId, origin: 'button' });
      await store.transaction(async (tx) => {
        expect(await tx.openFlow(flow.manager, flow.accountId)).toBeUndefined();
        expect(await tx.flowFrom('button', 'reset')).toBeUndefined();
        await tx.addFlow(next);
      });
      expect(await store.read((reads) => reads.flow(next.id))).toEqual(next);
    });

    it('makes no code good for longer than its flow says', async () => {
      const { store } = await attacked();
      const flow = someFlow();
      const code = new Secret('482913');
      await store.transaction(async (tx) => {
        await tx.addFlow(flow);
        await tx.setPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          code,
          expiresAt: tx.now - MINUTE,
        });
      });
      await sql(`update passcode set expires_at = expires_at + 600000`);
      const guess = { mobile: '+46701740605', flowId: flow.id, draw: 1, code };
      const answer = await store.transaction((tx) =>
        tx.tryPasscode({ ...guess, expiresAt: tx.now - MINUTE }),
      );
      expect(answer).toBe('noMatch');
    });

    it('makes no code prove another number than the one that it was sent to', async () => {
      const { store } = await attacked();
      const flow = someFlow();
      const [sent, next] = [new Secret('482913'), new Secret('593024')];
      const [own, strangers] = ['+46701740605', '+46701740612'];
      const set = (mobile: string, code: Secret) =>
        store.transaction((tx) =>
          tx.setPasscode({ flowId: flow.id, mobile, code, expiresAt: tx.now + MINUTE }),
        );
      await store.transaction((tx) => tx.addFlow(flow));
      await set(own!, sent);
      const [row] = await sql(`select mac from passcode`);
      await set(strangers!, next);
      await sql(`update passcode set mac = '${String(row!['mac'])}'`);
      const attempt = (mobile: string, draw: number) =>
        store.transaction((tx) => tx.tryPasscode({ flowId: flow.id, mobile, draw, code: sent }));
      expect(await attempt(strangers!, 1)).toBe('noMatch');
      expect(await attempt(own!, 2)).toBe('match');
    });

    it('makes no guess that was typed the code itself', async () => {
      const { store } = await attacked();
      const flow = someFlow();
      const to = { flowId: flow.id, mobile: '+46701740605' };
      const attempt = (draw: number) =>
        store.transaction((tx) => tx.tryPasscode({ ...to, draw, code: new Secret('593024') }));
      await store.transaction(async (tx) => {
        await tx.addFlow(flow);
        await tx.setPasscode({ ...to, code: new Secret('482913'), expiresAt: tx.now + MINUTE });
      });
      expect(await attempt(1)).toBe('noMatch');
      await sql(`update passcode set mac = (select mac from passcode_try)`);
      expect(await attempt(1)).toBe('repeated');
      expect(await attempt(2)).toBe('noMatch');
    });

    it('takes no password out of the history unseen, and stops nobody by it', async () => {
      const { store, alarms } = await attacked();
      const accountId = 'account';
      const digests = await Promise.all(
        ['Granen 7', 'Tallen 8'].map((text) => firstDigest(store, accountId, new Secret(text))),
      );
      await store.transaction(async (tx) => {
        for (const digest of digests) await tx.addToHistory(accountId, digest, 25);
      });
      await sql(`update password_history set digest = 'v1:k1:AAAA' where number = 2`);
      await store.transaction(async (tx) => {
        expect(await tx.isInHistory(accountId, [digests[0]!], 25)).toBe(true);
        expect(await tx.isInHistory(accountId, [digests[1]!], 25)).toBe(false);
        await tx.addToHistory(accountId, digests[1]!, 25);
        expect(await tx.isInHistory(accountId, [digests[1]!], 25)).toBe(true);
      });
      expect(alarms()).toHaveLength(1);
    });

    it('hides no change of who answers, and moves the memory of it to no other account', async () => {
      const { store, alarms } = await attacked();
      await store.transaction(async (tx) => {
        await tx.rememberAnswering('one', ['anna', 'bo']);
        await tx.rememberAnswering('two', ['eva']);
      });
      await sql(`update answering set entries = '["mallory"]' where account_id = 'one'`);
      expect(await store.read((reads) => reads.answering('one'))).toBeUndefined();
      await sql(`update answering set entries =
        (select entries from answering where account_id = 'two') where account_id = 'one'`);
      expect(await store.read((reads) => reads.answering('one'))).toBeUndefined();
      expect(await store.read((reads) => reads.answering('two'))).toEqual(['eva']);
      expect(alarms()).toHaveLength(1);
    });

    it('brings no revoked number back by changing the note of the revoke', async () => {
      const { store, alarms } = await attacked();
      const { manager, accountId, id } = await enrolled(store);
      const putBack = await keep('enrollment', `id = '${id}'`);
      await store.transaction((tx) => tx.revokeEnrollments(accountId));
      await putBack();
      await sql(
        `update revocation set revoked_at = 0 where account_id = '${accountId}' and manager = ''`,
      );
      const read = () => store.read((reads) => reads.enrollment(manager, accountId));
      expect(await read()).toBeUndefined();
      expect(alarms()).toMatchObject([
        { fields: { table: 'revocation', why: 'changed' } },
        { fields: { row: id, why: 'revoked' } },
      ]);

      const next = await store.transaction(async (tx) => {
        // As if revoked now: the next number waits.
        expect(await tx.lastRevoke(accountId)).toEqual({ at: tx.now });
        const fresh = someEnrollment({ accountId, enrolledAt: tx.now });
        await tx.saveEnrollment(fresh);
        return fresh;
      });
      const kept = await store.read((reads) => reads.enrollmentsOf(accountId));
      expect(kept).toEqual([next]);
    });
  });
}
