import type { Selectable } from 'kysely';
import { managerName } from '../../../domain/parties.ts';
import type { Enrollment } from '../../../ports/store/enrollments.ts';
import type { EnrollmentQueries } from '../../../ports/store/enrollments.ts';
import { SEALED } from '../sealing/places.ts';
import { latest, noteQueries, readNotes } from './revokeNotes.ts';
import type { RevokeNotes } from './revokeNotes.ts';
import { managerKey } from '../schema/stored.ts';
import type { EnrollmentTable, Scope } from '../schema/tables.ts';
import { openTrusted } from '../sealing/trusted.ts';

type EnrollmentRow = Selectable<EnrollmentTable> & RevokeNotes;

function toEnrollment(scope: Scope, row: EnrollmentRow): Enrollment | undefined {
  const place = SEALED.enrollment.place(row);
  const mobile = openTrusted(scope, place, row.mobile);
  if (mobile === undefined) return undefined;
  const { all, own } = readNotes(scope, row);
  const voidBefore = latest(all, own);
  if (voidBefore !== undefined && row.enrolled_at < voidBefore) {
    scope.distrust(place, 'revoked');
    return undefined;
  }
  return {
    id: row.id,
    manager: managerKey(row.manager),
    accountId: row.account_id,
    mobile,
    enrolledAt: row.enrolled_at,
    usableFrom: row.usable_from,
  };
}

export function enrollmentQueries(scope: Scope): EnrollmentQueries {
  const { db, keys, now } = scope;
  const { revokeNotes, noteAll, noteOne } = noteQueries(scope);
  const enrollments = () =>
    db
      .selectFrom('enrollment')
      .leftJoin('revocation', 'revocation.account_id', 'enrollment.account_id')
      .leftJoin('manager_revocation as own', (join) =>
        join
          .onRef('own.account_id', '=', 'enrollment.account_id')
          .onRef('own.manager', '=', 'enrollment.manager'),
      )
      .selectAll('enrollment')
      .select(['revocation.revoked_at', 'revocation.seal'])
      .select(['own.revoked_at as own_revoked_at', 'own.seal as own_seal'])
      .orderBy('enrolled_at')
      .orderBy('id');

  return {
    async enrollment(manager, accountId) {
      const row = await enrollments()
        .where('enrollment.manager', '=', managerName(manager))
        .where('enrollment.account_id', '=', accountId)
        .executeTakeFirst();
      return row && toEnrollment(scope, row);
    },

    async enrollmentsOf(accountId) {
      const rows = await enrollments().where('enrollment.account_id', '=', accountId).execute();
      return rows.flatMap((row) => toEnrollment(scope, row) ?? []);
    },

    async enrollmentsOfManager(manager) {
      const rows = await enrollments()
        .where('enrollment.manager', '=', managerName(manager))
        .execute();
      return rows.flatMap((row) => toEnrollment(scope, row) ?? []);
    },

    async countOthersWith(mobile, manager) {
      const { others } = await db
        .selectFrom('enrollment')
        .select(({ fn }) => fn.count('manager').distinct().as('others'))
        .where('mobile_index', 'in', keys.indexes(mobile))
        .where('manager', '<>', managerName(manager))
        .executeTakeFirstOrThrow();
      return Number(others);
    },

    async saveEnrollment({ id, manager, accountId, mobile, enrolledAt, usableFrom }) {
      const key = { manager: managerName(manager), account_id: accountId };
      const notes = await revokeNotes(accountId, key.manager);
      const { all, own } = readNotes(scope, notes);
      // A note that is not trusted is written anew: it goes on hiding the numbers from before, not this
      // one.
      if (all?.at === now) await noteAll(accountId);
      if (own?.at === now) await noteOne(accountId, key.manager);
      // A clock that was moved back must not make the number older than the last revoke.
      const enrolled_at = Math.max(enrolledAt, latest(all, own) ?? enrolledAt);
      const kept = { id, enrolled_at, usable_from: usableFrom };
      const values = {
        ...kept,
        mobile: keys.seal(SEALED.enrollment.place({ ...key, ...kept }), mobile),
        mobile_index: keys.index(mobile),
        missing_since: null,
      };
      await db
        .insertInto('enrollment')
        .values({ ...key, ...values })
        .onConflict((conflict) => conflict.columns(['manager', 'account_id']).doUpdateSet(values))
        .execute();
    },

    async revokeEnrollments(accountId, manager) {
      let numbers = db.deleteFrom('enrollment').where('account_id', '=', accountId);
      if (manager !== undefined) numbers = numbers.where('manager', '=', managerName(manager));
      await numbers.execute();
      if (manager === undefined) await noteAll(accountId);
      else await noteOne(accountId, managerName(manager));
    },

    async removeEnrollment(id) {
      const row = await db
        .deleteFrom('enrollment')
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return;
      const { account_id, manager, enrolled_at } = row;
      const { own } = readNotes(scope, await revokeNotes(account_id, manager));
      // The note of a revoke stays one: the next number waits for it.
      const isRemoval = own?.isRemoval ?? true;
      const at = Math.max(own?.at ?? 0, enrolled_at + 1);
      await noteOne(account_id, manager, { at, isRemoval });
    },

    async revokedAt(accountId, manager) {
      const name = manager === undefined ? '' : managerName(manager);
      const { all, own } = readNotes(scope, await revokeNotes(accountId, name));
      return latest(all, own?.isRemoval === true ? undefined : own);
    },

    async countRevokes(since) {
      let count = 0;
      for (const table of ['revocation', 'manager_revocation'] as const) {
        const { revokes } = await db
          .selectFrom(table)
          .select(({ fn }) => fn.countAll<number>().as('revokes'))
          .where('revoked_at', '>=', since)
          .executeTakeFirstOrThrow();
        count += revokes;
      }
      return count;
    },
  };
}
