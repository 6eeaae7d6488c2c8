import type { Place } from '../sealing/crypto.ts';
import { SEALED, SEAL_ONLY } from '../sealing/places.ts';
import type { Scope } from '../schema/tables.ts';
import { openTrusted } from '../sealing/trusted.ts';

/** The notes of the last revokes of all numbers of an account, and of one manager's. */
export interface RevokeNotes {
  readonly account_id: string;
  readonly manager: string;
  readonly revoked_at: number | null;
  readonly seal: string | null;
  readonly own_revoked_at: number | null;
  readonly own_seal: string | null;
}

/** A number that was enrolled before `at` is void. */
interface Note {
  readonly at: number;
  /** Left when a sweep removed the number: there was no revocation. */
  readonly isRemoval: boolean;
}

/** The content of a removal note's seal. */
const REMOVED = 'removed';

export function latest(...notes: (Note | undefined)[]): number | undefined {
  const times = notes.flatMap((note) => note?.at ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

export function readNotes(scope: Scope, notes: RevokeNotes) {
  const { account_id, manager, revoked_at, seal, own_revoked_at, own_seal } = notes;
  return {
    all: readNote(scope, revoked_at, seal, (at) =>
      SEALED.revocation.place({ account_id, revoked_at: at }),
    ),
    own: readNote(scope, own_revoked_at, own_seal, (at) =>
      SEALED.managerRevocation.place({ account_id, manager, revoked_at: at }),
    ),
  };
}

/** A note that was changed may hide a later revoke: it counts as one of now. */
function readNote(
  scope: Scope,
  at: number | null,
  seal: string | null,
  placeOf: (at: number) => Place,
): Note | undefined {
  if (at === null) return undefined;
  const kind = openTrusted(scope, placeOf(at), seal);
  return { at: kind === undefined ? scope.now : at, isRemoval: kind === REMOVED };
}

export function noteQueries({ db, keys, now }: Scope) {
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

  async function noteOne(
    account_id: string,
    manager: string,
    { at: revoked_at, isRemoval }: Note = { at: now, isRemoval: false },
  ): Promise<void> {
    const row = { account_id, manager, revoked_at };
    const place = SEALED.managerRevocation.place(row);
    const seal = keys.seal(place, isRemoval ? REMOVED : SEAL_ONLY);
    await db
      .insertInto('manager_revocation')
      .values({ ...row, seal })
      .onConflict((conflict) =>
        conflict.columns(['account_id', 'manager']).doUpdateSet({ revoked_at, seal }),
      )
      .execute();
  }

  return { revokeNotes, noteAll, noteOne };
}
