import { sql } from 'kysely';
import { openKnown, type Keyring, type Place } from '../sealing/crypto.ts';
import { placeIn, SEALED, SEAL_ONLY, type SealedColumn } from '../sealing/places.ts';
import type { Scope } from './scope.ts';

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
    // A note that is not trusted stays one.
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
