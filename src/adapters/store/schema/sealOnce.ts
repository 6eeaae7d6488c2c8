import { sql } from 'kysely';
import { StoreError } from '../../../ports/errors.ts';
import { HEAD, sealAuditUpTo } from '../audit/auditChain.ts';
import { openKnown } from '../sealing/crypto.ts';
import type { Keyring, Place } from '../sealing/crypto.ts';
import { SEALED, SEAL_ONLY, placeIn } from '../sealing/places.ts';
import type { SealedColumn } from '../sealing/places.ts';
import type { Scope } from './scope.ts';

/**
 * Trusts a database's contents from before the seals, once: from here on a value without its seal is not
 * trusted.
 * @throws StoreError for a database that has been sealed before: its migrations were tampered with
 */
export async function sealWhatStands(db: Scope['db'], keys: Keyring): Promise<void> {
  /** Undefined for a value that was damaged before. */
  function reseal(place: Place, sealed: string) {
    if (keys.open(place, sealed) !== undefined) {
      throw new StoreError(
        'corrupt',
        'the list of migrations was changed: this one has run before',
      );
    }
    const [table, row, column] = place;
    const clear = keys.open([table, row, column], sealed);
    return clear === undefined ? undefined : { clear, sealed: keys.seal(place, clear) };
  }

  /** Whether there is a sign that this database has not been sealed before. */
  let isFromBefore = false;
  for (const row of await db.selectFrom('enrollment').selectAll().execute()) {
    const resealed = reseal(SEALED.enrollment.place(row), row.mobile);
    if (resealed === undefined) continue;
    isFromBefore = true;
    const values = { mobile: resealed.sealed, mobile_index: keys.index(resealed.clear) };
    await db.updateTable('enrollment').set(values).where('id', '=', row.id).execute();
  }
  for (const row of await db.selectFrom('flow').selectAll().execute()) {
    const resealed = reseal(SEALED.flow.place(row), row.state);
    if (resealed === undefined) continue;
    isFromBefore = true;
    await db.updateTable('flow').set({ state: resealed.sealed }).where('id', '=', row.id).execute();
  }
  // A pin is made anew at the next visit; one without proof could be an attacker's.
  if (!isFromBefore) await db.updateTable('manager').set({ directory_id: null }).execute();
  const pins = db.selectFrom('manager').select(['manager', 'directory_id']);
  for (const row of await pins.where('directory_id', 'is not', null).execute()) {
    const pin_seal = keys.seal(SEALED.pin.place(row), SEAL_ONLY);
    await db.updateTable('manager').set({ pin_seal }).where('manager', '=', row.manager).execute();
  }
  const { rows: notes } = await sql<{
    account_id: string;
    revoked_at: number;
  }>`select account_id, revoked_at from revocation`.execute(db);
  for (const { account_id, revoked_at } of notes) {
    // The place that a note had in the table of then.
    const seal = keys.seal(['revocation', account_id, 'seal', revoked_at], SEAL_ONLY);
    await sql`update revocation set seal = ${seal} where account_id = ${account_id}`.execute(db);
  }
  const heads = db.selectFrom('audit_head').select(['seq', 'hash']).where('id', '=', HEAD);
  await sealAuditUpTo(db, keys, await heads.executeTakeFirstOrThrow());
}

/** Rows of one statement. */
const BATCH = 500;

/** A note as the two former tables had it; `manager` is empty for a whole account. */
interface FormerNote {
  readonly account_id: string;
  readonly manager: string;
  readonly revoked_at: number;
  readonly seal: string | null;
}

/** Brings the notes of revokes into one table, in which a later note takes no earlier one's place. */
export async function keepEveryNote(db: Scope['db'], keys: Keyring): Promise<void> {
  await sql`alter table revocation rename to former_revocation`.execute(db);
  await sql`create table revocation (
    account_id text not null, manager text not null, revoked_at bigint not null, seal text not null,
    primary key (account_id, manager, revoked_at))`.execute(db);
  const { rows } = await sql<FormerNote>`
    select account_id, '' as manager, revoked_at, seal from former_revocation
    union all select account_id, manager, revoked_at, seal from manager_revocation`.execute(db);
  for (const { seal, ...note } of rows) {
    const clear = seal === null ? undefined : openKnown(keys, formerPlace(note), seal);
    // A note that was not trusted before must not become trusted here.
    const kept = clear === undefined ? '' : keys.seal(SEALED.revocation.place(note), clear);
    await db
      .insertInto('revocation')
      .values({ ...note, seal: kept })
      .execute();
  }
  await sql`drop table former_revocation`.execute(db);
  await sql`drop table manager_revocation`.execute(db);
}

function formerPlace({ account_id, manager, revoked_at }: Omit<FormerNote, 'seal'>): Place {
  return manager === ''
    ? ['revocation', account_id, 'seal', revoked_at]
    : ['manager_revocation', `${account_id}/${manager}`, 'seal', revoked_at];
}

/** Trusts the rows of a table from before its seals, once. */
export async function sealRows(db: Scope['db'], keys: Keyring, where: SealedColumn): Promise<void> {
  const columns = sql.join([...where.key, ...where.beside].map((name) => sql.ref(name)));
  for (;;) {
    const { rows } = await sql<Readonly<Record<string, unknown>>>`
      select ${columns} from ${sql.table(where.table)} where ${sql.ref(where.column)} is null
      limit ${sql.lit(BATCH)}`.execute(db);
    if (rows.length === 0) return;
    for (const row of rows) {
      const isRow = where.key.map((name) => sql`${sql.ref(name)} = ${row[name]}`);
      const seal = keys.seal(placeIn(where, row), SEAL_ONLY);
      await sql`update ${sql.table(where.table)} set ${sql.ref(where.column)} = ${seal}
        where ${sql.join(isRow, sql` and `)}`.execute(db);
    }
  }
}
