import type { Selectable } from 'kysely';
import { managerName } from '../../domain/parties.ts';
import type { Enrollment } from '../../ports/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { Place } from './crypto.ts';
import { SEALED, SEAL_ONLY } from './places.ts';
import { managerKey } from './stored.ts';
import type { EnrollmentTable, Scope } from './tables.ts';
import { openTrusted } from './trusted.ts';

/** An enrollment beside the notes of the last revokes: of all its account's numbers, and of its manager's. */
interface EnrollmentRow extends Selectable<EnrollmentTable> {
  readonly revoked_at: number | null;
  readonly seal: string | null;
  readonly own_revoked_at: number | null;
  readonly own_seal: string | null;
}

function toEnrollment(scope: Scope, row: EnrollmentRow): Enrollment | undefined {
  const place = SEALED.enrollment.place(row);
  const mobile = openTrusted(scope, place, row.mobile);
  if (mobile === undefined) return undefined;
  const revokedAt = lastRevoke(scope, row);
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

/** The notes of the last revokes of all numbers of an account, and of one manager's. */
type RevokeNotes = Pick<
  EnrollmentRow,
  'account_id' | 'manager' | 'revoked_at' | 'seal' | 'own_revoked_at' | 'own_seal'
>;

/** When a number of that account and manager was last revoked. */
function lastRevoke(scope: Scope, notes: RevokeNotes): number | undefined {
  const { all, own } = revokeTimes(scope, notes);
  return all === undefined || own === undefined ? (all ?? own) : Math.max(all, own);
}

function revokeTimes(scope: Scope, notes: RevokeNotes) {
  const { account_id, manager, revoked_at, seal, own_revoked_at, own_seal } = notes;
  return {
    all: noteTime(scope, revoked_at, seal, (at) =>
      SEALED.revocation.place({ account_id, revoked_at: at }),
    ),
    own: noteTime(scope, own_revoked_at, own_seal, (at) =>
      SEALED.managerRevocation.place({ account_id, manager, revoked_at: at }),
    ),
  };
}

/** A note that was changed may hide a later revoke: it counts as one of now. */
function noteTime(
  scope: Scope,
  at: number | null,
  seal: string | null,
  placeOf: (at: number) => Place,
): number | undefined {
  if (at === null) return undefined;
  return openTrusted(scope, placeOf(at), seal) === undefined ? scope.now : at;
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
  | 'countRevokes'
>;

export function enrollmentQueries(scope: Scope): EnrollmentQueries {
  const { db, keys, now } = scope;
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

  async function revokeNotes(account_id: string, manager: string): Promise<RevokeNotes> {
    const [all, own] = [
      await db
        .selectFrom('revocation')
        .selectAll()
        .where('account_id', '=', account_id)
        .executeTakeFirst(),
      await db
        .selectFrom('manager_revocation')
        .selectAll()
        .where('account_id', '=', account_id)
        .where('manager', '=', manager)
        .executeTakeFirst(),
    ];
    return {
      ...{ account_id, manager },
      revoked_at: all?.revoked_at ?? null,
      seal: all?.seal ?? null,
      own_revoked_at: own?.revoked_at ?? null,
      own_seal: own?.seal ?? null,
    };
  }

  async function noteAll(account_id: string): Promise<void> {
    const seal = keys.seal(SEALED.revocation.place({ account_id, revoked_at: now }), SEAL_ONLY);
    await db
      .insertInto('revocation')
      .values({ account_id, revoked_at: now, seal })
      .onConflict((conflict) =>
        conflict.column('account_id').doUpdateSet({ revoked_at: now, seal }),
      )
      .execute();
  }

  async function noteOne(account_id: string, manager: string): Promise<void> {
    const row = { account_id, manager, revoked_at: now };
    const seal = keys.seal(SEALED.managerRevocation.place(row), SEAL_ONLY);
    await db
      .insertInto('manager_revocation')
      .values({ ...row, seal })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'manager']).doUpdateSet({ revoked_at: now, seal }),
      )
      .execute();
  }

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
      const { all, own } = revokeTimes(scope, notes);
      // One that is not trusted is written anew: it goes on hiding the numbers from before, not this one.
      if (all === now) await noteAll(accountId);
      if (own === now) await noteOne(accountId, key.manager);
      // A clock that was moved back must not make the number older than the last revoke.
      const enrolled_at = Math.max(enrolledAt, all ?? enrolledAt, own ?? enrolledAt);
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

    async revokedAt(accountId, manager) {
      const name = manager === undefined ? '' : managerName(manager);
      return lastRevoke(scope, await revokeNotes(accountId, name));
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
