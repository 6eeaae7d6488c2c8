import { randomBytes, randomUUID, scryptSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createKeyring } from '../../../src/adapters/store/sealing/crypto.ts';
import { openStore, type OpenStore } from '../../../src/adapters/store/open.ts';
import { Secret } from '../../../src/domain/secret.ts';
import { firstDigest } from '../../contracts/storeSamples.ts';
import { rawSqlite } from './rawSqlite.ts';
import { silentLog, someKey } from './support.ts';

/** As entries were written before they named their form. */
function formerEntry(password: string, salt: Buffer): string {
  const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
  return scryptSync(password, salt, 32, cost).toString('base64');
}

describe('entries of the former form', () => {
  const key = someKey('k1');
  let database: Awaited<ReturnType<typeof rawSqlite>>;
  let store: OpenStore;
  let accountId: string;

  beforeEach(async () => {
    database = await rawSqlite();
    const options = { database: database.options, keys: [key], instance: 'one', migrate: true };
    store = await openStore(options, silentLog);
    accountId = randomUUID();
    const salt = randomBytes(16);
    const place = ['password_history', `${accountId}/1`, 'digest'] as const;
    const sealed = createKeyring([key]).seal(place, formerEntry('Granen 7', salt), 'history');
    await database.query(
      `insert into password_salt values ('${accountId}', '${salt.toString('base64')}')`,
    );
    await database.query(
      `insert into password_history (account_id, number, digest) values ('${accountId}', 1, '${sealed}')`,
    );
  });
  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  const isKnown = async (password: string): Promise<boolean> => {
    const digest = await firstDigest(store, accountId, new Secret(password));
    return store.transaction((tx) => tx.isInHistory(accountId, [digest], 25));
  };

  it('are found beside the new ones until they are the oldest of too many', async () => {
    expect(await isKnown('Granen 7')).toBe(true);
    expect(await isKnown('Granen 8')).toBe(false);
    for (const password of ['Tallen 1', 'Tallen 3']) {
      const digest = await firstDigest(store, accountId, new Secret(password));
      expect(digest).toHaveProperty('former');
      await store.transaction((tx) => tx.addToHistory(accountId, digest, 2));
    }
    expect(await isKnown('Granen 7')).toBe(false);
    expect(await isKnown('Tallen 1')).toBe(true);
    // The former hash is not computed any more.
    expect(await firstDigest(store, accountId, new Secret('Tallen 5'))).not.toHaveProperty(
      'former',
    );
  });

  it('are not added again where they are the newest', async () => {
    const digest = await firstDigest(store, accountId, new Secret('Granen 7'));
    await store.transaction((tx) => tx.addToHistory(accountId, digest, 25));
    expect(await database.query('select number from password_history')).toHaveLength(1);
  });
});
