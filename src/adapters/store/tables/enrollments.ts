import { sql, type Selectable } from 'kysely';
import { managerName } from '../../../domain/parties.ts';
import type { Enrollment, EnrollmentQueries } from '../../../ports/store/enrollments.ts';
import { SEALED } from '../sealing/places.ts';
import { managerKey, openTrusted } from '../sealing/trusted.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { EnrollmentTable } from '../schema/tables.ts';
import {
  ALL,
  BY_NUMBER,
  latest,
  newestByNumber,
  noteNumber,
  noteRemoval,
  noteRevoke,
  notesOn,
  readNote,
  reseal,
  revokesOf,
} from './revokeNotes.ts';

/** A number with one of the notes that concern it; null where there is none. */
type EnrollmentRow = Selectable<EnrollmentTable> & {
  readonly note_manager: string | null;
  readonly revoked_at: number | null;
  readonly seal: string | null;
};

/** The trusted numbers among the rows of `enrollments()`. */
function toEnrollments(scope: Scope, rows: readonly EnrollmentRow[]): Enrollment[] {
  const notes = Map.groupBy(rows, ({ id }) => id);
  return [...notes.values()].flatMap((noted) => toEnrollment(scope, noted) ?? []);
}

function toEnrollment(scope: Scope, noted: readonly EnrollmentRow[]): Enrollment | undefined {
  const [row] = noted;
  if (row === undefined) return undefined;
  const place = SEALED.enrollment.place(row);
  const mobile = openTrusted(scope, place, row.mobile);
  if (mobile === undefined) return undefined;
  // The seal does not cover it: beside another one the number would not be counted among its owners'.
  if (!scope.keys.indexes(mobile).includes(row.mobile_index)) {
    scope.distrust(['enrollment', row.id, 'mobile_index'], 'changed');
    return undefined;
  }
  const voidBefore = latest(noted.flatMap((one) => noteIn(scope, one) ?? []));
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

function noteIn(scope: Scope, { account_id, note_manager, revoked_at, seal }: EnrollmentRow) {
  if (note_manager === null || revoked_at === null || seal === null) return undefined;
  return readNote(scope, { account_id, manager: note_manager, revoked_at, seal });
}

/** Planted notes may be more: they count as revokes too, and reading each of them would hold up the process. */
const COUNTED_REVOKES = 10_000;

const byNumber = sql<string>`${sql.lit(BY_NUMBER)} || enrollment.manager`;

function enrollments({ db }: Scope) {
  return db
    .selectFrom('enrollment')
    .leftJoin('revocation as note', (join) =>
      join
        .onRef('note.account_id', '=', 'enrollment.account_id')
        .on(sql<boolean>`note.manager in ('', enrollment.manager, ${byNumber})`)
        // The notes of numbers up to this one concern only those before it.
        .on(({ eb, or, ref }) =>
          or([
            eb('note.manager', '<>', byNumber),
            eb('note.revoked_at', '>', ref('enrollment.enrolled_at')),
          ]),
        ),
    )
    .selectAll('enrollment')
    .select(['note.manager as note_manager', 'note.revoked_at', 'note.seal'])
    .orderBy('enrolled_at')
    .orderBy('id');
}

/** A time after the number that stands there; 0 where none does. A row that is not trusted must not say when it was enrolled. */
async function afterFormer(
  scope: Scope,
  key: Pick<EnrollmentRow, 'manager' | 'account_id'>,
): Promise<number> {
  const row = await scope.db
    .selectFrom('enrollment')
    .selectAll()
    .where('manager', '=', key.manager)
    .where('account_id', '=', key.account_id)
    .executeTakeFirst();
  if (row === undefined) return 0;
  const mobile = openTrusted(scope, SEALED.enrollment.place(row), row.mobile);
  return mobile === undefined ? 0 : row.enrolled_at + 1;
}

export const enrollmentQueries = {
  async enrollment(scope, manager, accountId) {
    const rows = await enrollments(scope)
      .where('enrollment.manager', '=', managerName(manager))
      .where('enrollment.account_id', '=', accountId)
      .execute();
    return toEnrollment(scope, rows);
  },

  async enrollmentsOf(scope, accountId) {
    const rows = await enrollments(scope).where('enrollment.account_id', '=', accountId).execute();
    return toEnrollments(scope, rows);
  },

  async enrollmentsOfManager(scope, manager) {
    const rows = await enrollments(scope)
      .where('enrollment.manager', '=', managerName(manager))
      .execute();
    return toEnrollments(scope, rows);
  },

  async countOthersWith({ db, keys }, mobile, manager) {
    const { others } = await db
      .selectFrom('enrollment')
      .select(({ fn }) => fn.count('manager').distinct().as('others'))
      .where('mobile_index', 'in', keys.indexes(mobile))
      .where('manager', '<>', managerName(manager))
      .executeTakeFirstOrThrow();
    return Number(others);
  },

  async saveEnrollment(scope, { id, manager, accountId, mobile, enrolledAt, usableFrom }) {
    const key = { manager: managerName(manager), account_id: accountId };
    const newest = await newestByNumber(scope, accountId, key.manager);
    const rows = [...(await notesOn(scope, accountId, key.manager)), ...(newest ? [newest] : [])];
    const notes = rows.map((row) => ({ row, note: readNote(scope, row) }));
    for (const { row, note } of notes) if (!note.isTrusted) await reseal(scope, row);
    // A clock that was moved back must not make the number older than the last revoke, or than a former one.
    const enrolled_at = Math.max(
      enrolledAt,
      latest(notes.map(({ note }) => note)) ?? 0,
      await afterFormer(scope, key),
    );
    // Also where no former number stands: it may have been deleted, to be put back later.
    await noteNumber(scope, accountId, key.manager, enrolled_at);
    const kept = { id, enrolled_at, usable_from: usableFrom };
    const values = {
      ...kept,
      mobile: scope.keys.seal(SEALED.enrollment.place({ ...key, ...kept }), mobile),
      mobile_index: scope.keys.index(mobile),
      missing_since: null,
      removal_told: 0,
    };
    await scope.db
      .insertInto('enrollment')
      .values({ ...key, ...values })
      .onConflict((conflict) => conflict.columns(['manager', 'account_id']).doUpdateSet(values))
      .execute();
  },

  async revokeEnrollments(scope, accountId, manager) {
    let numbers = scope.db.deleteFrom('enrollment').where('account_id', '=', accountId);
    if (manager !== undefined) numbers = numbers.where('manager', '=', managerName(manager));
    const removed = await numbers.returningAll().execute();
    const trusted = removed.filter(
      (row) => openTrusted(scope, SEALED.enrollment.place(row), row.mobile) !== undefined,
    );
    // A number may have been enrolled while this transaction waited for its lock: it is void too.
    const at = Math.max(scope.now, ...trusted.map(({ enrolled_at }) => enrolled_at + 1));
    await noteRevoke(scope, accountId, manager && managerName(manager), at);
  },

  async removeEnrollment(scope, id) {
    const row = await scope.db
      .deleteFrom('enrollment')
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (row !== undefined)
      await noteRemoval(scope, row.account_id, row.manager, row.enrolled_at + 1);
  },

  async revokedAt(scope, accountId, manager) {
    const rows = await notesOn(scope, accountId, managerName(manager));
    return latest(rows.map((row) => readNote(scope, row)).filter((note) => !note.isRemoval));
  },

  async lastRevoke(scope, accountId) {
    const rows = await revokesOf(scope, accountId);
    const [last] = rows
      .map(({ manager, ...row }) => ({ manager, ...readNote(scope, { manager, ...row }) }))
      .filter((note) => !note.isRemoval)
      .sort((a, b) => b.at - a.at);
    if (last === undefined) return undefined;
    const { at, manager, isTrusted } = last;
    return manager === ALL || !isTrusted ? { at } : { at, manager: managerKey(manager) };
  },

  async countRevokes(scope, since) {
    const rows = await scope.db
      .selectFrom('revocation')
      .selectAll()
      .where('revoked_at', '>=', since)
      .limit(COUNTED_REVOKES)
      .execute();
    return rows.filter((row) => !readNote(scope, row).isRemoval).length;
  },
} satisfies OnScope<EnrollmentQueries>;
