import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { ManagerKey } from '../../src/domain/parties.ts';
import type { StoreReads } from '../../src/ports/store/store.ts';
import { recipientOf, recipientsOf } from '../../src/service/chat/recipients.ts';
import type { SweepDeps } from '../../src/service/deps.ts';
import { someAddress, someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

it('finds the ways to five hundred persons in two statements, as to each of them', async () => {
  const { tenantId } = someManager();
  const deps = { settings: { tenantId, defaultLocale: 'sv' } } as unknown as SweepDeps;
  const persons = Array.from({ length: 500 }, (_, n) => {
    const key = { ...someManager(), tenantId };
    const entraId = n % 4 === 0 ? {} : { aadObjectId: key.aadObjectId };
    return { key, person: { id: randomUUID(), displayName: `Person ${String(n)}`, ...entraId } };
  });
  await store.transaction(async (tx) => {
    // Every other one is pinned, every third has met the bot and is not.
    for (const [n, { key, person }] of persons.entries()) {
      const record = { key, locale: 'en', address: someAddress(key) } as const;
      if (n % 2 === 0) await tx.saveManager({ ...record, directoryId: person.id });
      else if (n % 3 === 0) await tx.saveManager(record);
    }
  });
  const asked: string[] = [];
  const counting = (reads: StoreReads): StoreReads => {
    const counted = <T>(name: string, read: (given: T) => unknown) => ({
      value: (given: T) => (asked.push(name), read(given)),
    });
    return Object.create(reads, {
      managersByDirectoryId: counted('entries', (ids: string[]) =>
        reads.managersByDirectoryId(ids),
      ),
      managers: counted('persons', (keys: ManagerKey[]) => reads.managers(keys)),
      manager: counted('person', (key: ManagerKey) => reads.manager(key)),
    }) as StoreReads;
  };
  const all = persons.map(({ person }) => person);
  const found = await store.read((reads) => recipientsOf(deps, counting(reads), all));
  expect(asked).toEqual(['entries', 'persons']);
  const each = await store.read((reads) =>
    Promise.all(all.map((person) => recipientOf(deps, reads, person))),
  );
  expect(found).toEqual(each);
  expect(new Set(found.map(({ way }) => way?.address !== undefined))).toEqual(
    new Set([true, false]),
  );
});
