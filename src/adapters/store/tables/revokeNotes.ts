import type { Selectable } from 'kysely';
import { SEALED, SEAL_ONLY } from '../sealing/places.ts';
import type { Scope } from '../schema/scope.ts';
import type { RevocationTable } from '../schema/tables.ts';
import { openTrusted } from '../sealing/trusted.ts';

/**
 * The note of one revoke: of one manager's number, or of all numbers of an account. Numbers leave notes too,
 * each for those before it.
 */
export type RevokeNote = Selectable<RevocationTable>;

/** A number that was enrolled before `at` is void. */
interface Note {
  readonly at: number;
  /** Left by a number, or when a sweep removed one: there was no revocation. */
  readonly isRemoval: boolean;
  readonly isTrusted: boolean;
}

/** The content of a removal note's seal. */
const REMOVED = 'removed';
/** The manager in the notes of all managers' numbers. */
export const ALL = '';
/** Before the manager in the notes that numbers leave: managers can make many, of which the newest says it all. */
export const BY_NUMBER = 'number ';

/** The time of the last of them. */
export function latest(notes: readonly Note[]): number | undefined {
  return notes.length === 0 ? undefined : Math.max(...notes.map(({ at }) => at));
}

/**
 * Reads a note. One that was changed may hide a later revoke: it counts as one of now, until a number is
 * enrolled after it. Its seal then holds the time of that.
 */
export function readNote(scope: Scope, row: RevokeNote): Note {
  const content = openTrusted(scope, SEALED.revocation.place(row), row.seal);
  const isByNumber = String(row.manager).startsWith(BY_NUMBER);
  if (content === undefined) return { at: scope.now, isRemoval: isByNumber, isTrusted: false };
  const countsFrom = content === REMOVED ? 0 : Number(content);
  const isRemoval = content === REMOVED || isByNumber;
  return { at: Math.max(row.revoked_at, countsFrom), isRemoval, isTrusted: true };
}

/** The notes that concern a manager of the account. */
export function notesOn({ db }: Scope, account_id: string, manager: string): Promise<RevokeNote[]> {
  return db
    .selectFrom('revocation')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('manager', 'in', [ALL, manager])
    .execute();
}

async function add(
  { db, keys }: Scope,
  note: Omit<RevokeNote, 'seal'>,
  content: string,
): Promise<void> {
  const seal = keys.seal(SEALED.revocation.place(note), content);
  await db
    .insertInto('revocation')
    .values({ ...note, seal })
    // A revoke may follow a removal within the millisecond.
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'manager', 'revoked_at']).doUpdateSet({ seal }),
    )
    .execute();
}

/** The notes of all the account's revokes and removals. */
export function revokesOf({ db }: Scope, account_id: string): Promise<RevokeNote[]> {
  return db
    .selectFrom('revocation')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('manager', 'not like', `${BY_NUMBER}%`)
    .execute();
}

/** The newest note that the manager's numbers have left. */
export function newestByNumber(
  { db }: Scope,
  account_id: string,
  manager: string,
): Promise<RevokeNote | undefined> {
  return db
    .selectFrom('revocation')
    .selectAll()
    .where('account_id', '=', account_id)
    .where('manager', '=', BY_NUMBER + manager)
    .orderBy('revoked_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export async function noteNumber(
  scope: Scope,
  account_id: string,
  manager: string,
  at: number,
): Promise<void> {
  await add(scope, { account_id, manager: BY_NUMBER + manager, revoked_at: at }, REMOVED);
}

export async function noteRevoke(
  scope: Scope,
  account_id: string,
  manager: string | undefined,
  at: number,
): Promise<void> {
  await add(scope, { account_id, manager: manager ?? ALL, revoked_at: at }, SEAL_ONLY);
}

export async function noteRemoval(
  scope: Scope,
  account_id: string,
  manager: string,
  at: number,
): Promise<void> {
  const notes = await notesOn(scope, account_id, manager);
  if (notes.some(({ revoked_at }) => revoked_at >= at)) return;
  await add(scope, { account_id, manager, revoked_at: at }, REMOVED);
}

/** Seals a note anew that was changed: it goes on hiding the numbers from before now. */
export async function reseal(
  scope: Scope,
  { account_id, manager, revoked_at }: RevokeNote,
): Promise<void> {
  await add(scope, { account_id, manager, revoked_at }, String(scope.now));
}
