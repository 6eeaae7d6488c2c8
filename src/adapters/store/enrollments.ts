import type { Selectable } from 'kysely';
import { managerName } from '../../domain/parties.ts';
import type { Enrollment } from '../../ports/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { SEALED, SEAL_ONLY } from './places.ts';
import { managerKey } from './stored.ts';
import type { EnrollmentTable, Scope } from './tables.ts';
import { openTrusted } from './trusted.ts';

/** An enrollment beside the note of its account's last revoke. */
interface EnrollmentRow extends Selectable<EnrollmentTable> {
  readonly revoked_at: number | null;
  readonly seal: string | null;
}

function toEnrollment(scope: Scope, row: EnrollmentRow): Enrollment | undefined {
  const place = SEALED.enrollment.place(row);
  const mobile = openTrusted(scope, place, row.mobile);
  if (mobile === undefined) return undefined;
  const { account_id, revoked_at, seal } = row;
  const revokedAt =
    revoked_at === null ? undefined : trustedRevocation(scope, { account_id, revoked_at, seal });
  if (revokedAt !== undefined && row.enrolled_at < revokedAt) {
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

function trustedRevocation(
  scope: Scope,
  row: { readonly account_id: string; readonly revoked_at: number; readonly seal: string | null },
): number | undefined {
  const seal = openTrusted(scope, SEALED.revocation.place(row), row.seal);
  return seal === undefined ? undefined : row.revoked_at;
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
    db
      .selectFrom('enrollment')
      .leftJoin('revocation', 'revocation.account_id', 'enrollment.account_id')
      .selectAll('enrollment')
      .select(['revocation.revoked_at', 'revocation.seal'])
      .orderBy('enrolled_at')
      .orderBy('id');

  async function revokedAt(accountId: string): Promise<number | undefined> {
    const row = await db
      .selectFrom('revocation')
      .selectAll()
      .where('account_id', '=', accountId)
      .executeTakeFirst();
    return row && trustedRevocation(scope, row);
  }

  return {
    async enrollment(manager, accountId) {
      const row = await enrollments()
        .where('manager', '=', managerName(manager))
        .where('enrollment.account_id', '=', accountId)
        .executeTakeFirst();
      return row && toEnrollment(scope, row);
    },

    async enrollmentsOf(accountId) {
      const rows = await enrollments().where('enrollment.account_id', '=', accountId).execute();
      return rows.flatMap((row) => toEnrollment(scope, row) ?? []);
    },

    async enrollmentsOfManager(manager) {
      const rows = await enrollments().where('manager', '=', managerName(manager)).execute();
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
      // A clock that was moved back must not make the number older than the last revoke.
      const enrolled_at = Math.max(enrolledAt, (await revokedAt(accountId)) ?? enrolledAt);
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

    async revokeEnrollments(accountId) {
      await db.deleteFrom('enrollment').where('account_id', '=', accountId).execute();
      const row = { account_id: accountId, revoked_at: now };
      const values = {
        revoked_at: now,
        seal: keys.seal(SEALED.revocation.place(row), SEAL_ONLY),
      };
      await db
        .insertInto('revocation')
        .values({ ...row, ...values })
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet(values))
        .execute();
    },

    revokedAt,
  };
}
