import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore, type OpenStore } from '../../src/adapters/store/open.ts';
import { Secret } from '../../src/domain/secret.ts';
import { changeManager } from '../../src/service/people/managers.ts';
import { silentLog, someKey } from '../adapters/store/support.ts';
import { someManager } from '../contracts/storeSamples.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';

const MANAGERS = 40;

let server: PostgresServer;
let stores: OpenStore[];
beforeAll(async () => {
  server = await startPostgres();
  const url = new Secret(await server.createDatabase('managers'));
  const options = { database: { kind: 'postgres', url }, keys: [someKey('k1')] } as const;
  stores = [];
  for (const instance of ['one', 'other']) {
    stores.push(await openStore({ ...options, instance, migrate: true }, silentLog));
  }
});
afterAll(async () => {
  for (const store of stores) await store.close();
  await server.stop();
});

describe('what is kept of a manager', () => {
  it('keeps each of two changes that two instances make at once', async () => {
    const [one, other] = stores as [OpenStore, OpenStore];
    const keys = Array.from({ length: MANAGERS }, () => someManager());
    await Promise.all(
      keys.flatMap((key) => [
        changeManager({ store: one }, { key }, (record) => ({ ...record, locale: 'en' })),
        changeManager({ store: other }, { key }, (record) => ({
          ...record,
          directoryId: 'pinned',
        })),
      ]),
    );
    const records = await one.read((reads) => Promise.all(keys.map((key) => reads.manager(key))));
    const kept = records.map((record) => [record?.locale, record?.directoryId]);
    expect(kept).toEqual(keys.map(() => ['en', 'pinned']));
  });
});
