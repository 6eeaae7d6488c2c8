import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../domain/secret.ts';
import type { PasswordDigest } from '../../ports/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { StoreError } from '../../ports/store.ts';
import type { Place } from './crypto.ts';
import type { Scope } from './tables.ts';

/*
 * 32 MiB and about 100 ms of one core for each try (RFC 7914; measured on a busy 2-core machine).
 * A guesser needs the encryption key first: the digests are sealed too.
 */
const COST = 2 ** 15;
const OTHER_COSTS = { r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
/** Half of the threads that Node has for such work: the flush of each commit needs one too. */
const HASHES_AT_ONCE = 2;
const DIGEST_BYTES = 32;
const SALT_BYTES = 16;

const digestPlace = (accountId: string, number: number): Place => [
  'password_history',
  `${accountId}/${number}`,
  'digest',
];

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

/** Makes the slow hash, on a thread of its own. The password is taken byte for byte (requirement P4). */
type Digester = (salt: Buffer, password: Secret) => Promise<PasswordDigest>;

/** A digester that lets others wait for their turn where it is asked for many at once. `cost` is scrypt's N. */
export function createDigester(cost = COST): Digester {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (salt, password) => {
    if (running < HASHES_AT_ONCE) running += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await digestOf(salt, password, cost);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

function digestOf(salt: Buffer, password: Secret, cost: number): Promise<PasswordDigest> {
  return new Promise((resolve, reject) => {
    scrypt(password.reveal(), salt, DIGEST_BYTES, { N: cost, ...OTHER_COSTS }, (error, digest) => {
      if (error) reject(new StoreError('unavailable', 'scrypt failed', { cause: error }));
      else resolve({ digest });
    });
  });
}

type HistoryQueries = Pick<StoreTransaction, 'isInHistory' | 'addToHistory'>;

export function historyQueries({ db, keys }: Scope): HistoryQueries {
  async function newest(accountId: string, last: number) {
    const rows = await db
      .selectFrom('password_history')
      .select(['number', 'digest'])
      .where('account_id', '=', accountId)
      .orderBy('number', 'desc')
      .limit(last)
      .execute();
    return rows.map(({ number, digest }) => ({
      number,
      digest: Buffer.from(keys.open(digestPlace(accountId, number), digest, 'history'), 'base64'),
    }));
  }

  function isSame(stored: Buffer, { digest }: PasswordDigest): boolean {
    return stored.length === digest.length && timingSafeEqual(stored, digest);
  }

  return {
    async isInHistory(accountId, digest, last) {
      const stored = await newest(accountId, last);
      return stored.some((entry) => isSame(entry.digest, digest));
    },

    async addToHistory(accountId, digest, keep) {
      const [latest] = await newest(accountId, 1);
      if (latest && isSame(latest.digest, digest)) return;
      const number = (latest?.number ?? 0) + 1;
      const text = Buffer.from(digest.digest).toString('base64');
      await db
        .insertInto('password_history')
        .values({
          account_id: accountId,
          number,
          digest: keys.seal(digestPlace(accountId, number), text, 'history'),
        })
        .execute();
      await db
        .deleteFrom('password_history')
        .where('account_id', '=', accountId)
        .where('number', '<=', number - keep)
        .execute();
    },
  };
}
