import { randomUUID } from 'node:crypto';
import { afterAll, expect, it } from '@jest/globals';
import { openStore } from '../../src/adapters/store/open.ts';
import type { DirectoryManager } from '../../src/ports/account.ts';
import type { Deps } from '../../src/service/deps.ts';
import { noteAnswering } from '../../src/service/people/responsibilityChanges.ts';
import { rawSqlite } from '../adapters/store/rawSqlite.ts';
import { silentLog, someKey } from '../adapters/store/support.ts';

const database = await rawSqlite();
const options = { database: database.options, keys: [someKey('k1')], instance: 'one' };
const store = await openStore({ ...options, migrate: true }, silentLog);
afterAll(async () => {
  await store.close();
  await database.remove();
});

const settings = { defaultLocale: 'sv', tenantId: randomUUID(), desk: { names: ['Servicedesk'] } };
const deps = { settings, random: { id: randomUUID } } as unknown as Deps;

const someone = (at: number): DirectoryManager => ({
  id: randomUUID(),
  displayName: `Anna Berg ${String(at)}`,
  address: `anna.berg${String(at)}@orebro.example`,
  aadObjectId: randomUUID(),
});

it('tells hundreds of hundreds of new managers without holding up the process', async () => {
  const former = Array.from({ length: 150 }, (_, at) => someone(at));
  const managers = Array.from({ length: 150 }, (_, at) => someone(at));
  const account = { id: randomUUID(), name: 'grupp' };
  await store.transaction((tx) =>
    tx.rememberAnswering(
      account.id,
      former.map(({ id }) => id),
    ),
  );
  const began = performance.now();
  const waiting = await store.transaction(async (tx) => {
    await noteAnswering(deps, tx, { account, managers, isCrowd: false, former });
    return tx.countNotices();
  });
  expect(waiting).toBe(former.length);
  // Each name against each, for each who is told, took eleven seconds.
  expect(performance.now() - began).toBeLessThan(5_000);
});
