import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { PasswordDigest, PasswordQueries } from '../../../ports/store/passwords.ts';
import { StoreError } from '../../../ports/errors.ts';
import { FORM } from '../sealing/passwordDigests.ts';
import { SEALED } from '../sealing/places.ts';
import type { OnScope, Scope } from '../schema/scope.ts';
import type { PasswordHistoryTable } from '../schema/tables.ts';
import { openTrusted } from '../sealing/trusted.ts';

const SALT_BYTES = 16;

/** The account's salt; undefined before the first password. */
export async function knownSalt(db: Scope['db'], accountId: string): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('password_salt')
    .select('salt')
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row && Buffer.from(row.salt, 'base64');
}

/** The account's salt; the first caller makes it. */
export async function saltOf(db: Scope['db'], accountId: string): Promise<Buffer> {
  const made = randomBytes(SALT_BYTES).toString('base64');
  await db
    .insertInto('password_salt')
    .values({ account_id: accountId, salt: made })
    .onConflict((conflict) => conflict.column('account_id').doNothing())
    .execute();
  const salt = await knownSalt(db, accountId);
  if (salt === undefined) throw new StoreError('corrupt', 'an account has no salt');
  return salt;
}

interface Entry {
  readonly isFormer: boolean;
  readonly hash: Buffer;
}

function readEntry(text: string): Entry {
  const isFormer = !text.startsWith(FORM);
  return { isFormer, hash: Buffer.from(isFormer ? text : text.slice(FORM.length), 'base64') };
}

function isSame({ isFormer, hash }: Entry, { digest, former }: PasswordDigest): boolean {
  const other = isFormer ? former : digest;
  return other?.length === hash.length && timingSafeEqual(hash, other);
}

/** Undefined for an entry that is not trusted: it counts as absent. */
function openEntry(
  scope: Pick<Scope, 'keys' | 'distrust'>,
  row: Selectable<PasswordHistoryTable>,
): Entry | undefined {
  const text = openTrusted(scope, SEALED.history.place(row), row.digest, 'history');
  return text === undefined ? undefined : readEntry(text);
}

/** Whether the account's history holds entries of the former form, which have to be compared in it. */
export async function hasFormerEntries(
  scope: Pick<Scope, 'db' | 'keys' | 'distrust'>,
  accountId: string,
): Promise<boolean> {
  const rows = await scope.db
    .selectFrom('password_history')
    .selectAll()
    .where('account_id', '=', accountId)
    .execute();
  return rows.some((row) => openEntry(scope, row)?.isFormer);
}

async function newest(scope: Scope, accountId: string, last: number) {
  const rows = await scope.db
    .selectFrom('password_history')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('number', 'desc')
    .limit(last)
    .execute();
  return rows.map((row) => ({ number: row.number, entry: openEntry(scope, row) }));
}

export const historyQueries = {
  async isInHistory(scope, accountId, digests, last) {
    if (digests.length === 0) return false;
    const stored = await newest(scope, accountId, last);
    return stored.some(({ entry }) => entry && digests.some((digest) => isSame(entry, digest)));
  },

  async addToHistory(scope, accountId, digest, keep) {
    const [latest] = await newest(scope, accountId, 1);
    if (latest?.entry && isSame(latest.entry, digest)) return;
    const number = (latest?.number ?? 0) + 1;
    const text = FORM + Buffer.from(digest.digest).toString('base64');
    await scope.db
      .insertInto('password_history')
      .values({
        account_id: accountId,
        number,
        digest: scope.keys.seal(
          SEALED.history.place({ account_id: accountId, number }),
          text,
          'history',
        ),
      })
      .execute();
    await scope.db
      .deleteFrom('password_history')
      .where('account_id', '=', accountId)
      .where('number', '<=', number - keep)
      .execute();
  },
} satisfies OnScope<PasswordQueries>;
