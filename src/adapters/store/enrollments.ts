import type { Selectable } from 'kysely';
import { managerName } from '../../domain/parties.ts';
import type { Enrollment } from '../../ports/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { Place } from './crypto.ts';
import { managerKey } from './stored.ts';
import type { EnrollmentTable, Scope } from './tables.ts';

const mobilePlace = (id: string): Place => ['enrollment', id, 'mobile'];

function toEnrollment({ keys }: Scope, row: Selectable<EnrollmentTable>): Enrollment {
  return {
    id: row.id,
    manager: managerKey(row.manager),
    accountId: row.account_id,
    mobile: keys.open(mobilePlace(row.id), row.mobile),
    enrolledAt: row.enrolled_at,
    usableFrom: row.usable_from,
  };
}

type EnrollmentQueries = Pick<
  StoreTransaction,
  | 'enrollment'
  | 'enrollmentsOf'
  | 'enrollmentsOfManager'
  | 'countOthersWith'
  | 'saveEnrollment'
  | 'revokeEnrollments'
  | 'revokedAt'
>;

export function enrollmentQueries(scope: Scope): EnrollmentQueries {
  const { db, keys, now } = scope;
  const enrollments = () =>
    db.selectFrom('enrollment').selectAll().orderBy('enrolled_at').orderBy('id');

  return {
    async enrollment(manager, accountId) {
      const row = await enrollments()
        .where('manager', '=', managerName(manager))
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row && toEnrollment(scope, row);
    },

    async enrollmentsOf(accountId) {
      const rows = await enrollments().where('account_id', '=', accountId).execute();
      return rows.map((row) => toEnrollment(scope, row));
    },

    async enrollmentsOfManager(manager) {
      const rows = await enrollments().where('manager', '=', managerName(manager)).execute();
      return rows.map((row) => toEnrollment(scope, row));
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
      const values = {
        id,
        mobile: keys.seal(mobilePlace(id), mobile),
        mobile_index: keys.index(mobile),
        enrolled_at: enrolledAt,
        usable_from: usableFrom,
        missing_since: null,
      };
      await db
        .insertInto('enrollment')
        .values({ ...key, ...values })
        .onConflict((conflict) => conflict.columns(['manager', 'account_id']).doUpdateSet(values))
        .execute();
    },

    async revokeEnrollments(accountId) {
      await db.deleteFrom('enrollment').where('account_id', '=', accountId).execute();
      await db
        .insertInto('revocation')
        .values({ account_id: accountId, revoked_at: now })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ revoked_at: now }))
        .execute();
    },

    async revokedAt(accountId) {
      const row = await db
        .selectFrom('revocation')
        .select('revoked_at')
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row?.revoked_at;
    },
  };
}
