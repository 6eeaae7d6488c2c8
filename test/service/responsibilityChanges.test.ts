import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { DirectoryManager } from '../../src/ports/account.ts';
import type { Deps } from '../../src/service/deps.ts';
import { noteAnswering } from '../../src/service/people/responsibilityChanges.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

const settings = { defaultLocale: 'sv', tenantId: randomUUID(), desk: { names: ['Servicedesk'] } };
const deps = { settings, random: { id: randomUUID } } as unknown as Deps;

const someone = (at: number): DirectoryManager => ({
  id: randomUUID(),
  displayName: `Anna Berg ${String(at)}`,
  address: `anna.berg${String(at)}@orebro.example`,
  aadObjectId: randomUUID(),
});

it('tells hundreds of hundreds of new managers without holding up the process', async () => {
  let addressesRead = 0;
  const former = Array.from({ length: 150 }, (_, at) => {
    const { address, ...person } = someone(at);
    return Object.defineProperty<DirectoryManager>(person, 'address', {
      get: () => {
        addressesRead += 1;
        return address;
      },
    });
  });
  const managers = Array.from({ length: 150 }, (_, at) => someone(at));
  const account = { id: randomUUID(), name: 'grupp' };
  await store.transaction((tx) =>
    tx.rememberAnswering(
      account.id,
      former.map(({ id }) => id),
    ),
  );
  const [waiting, notice] = await store.transaction(async (tx) => {
    await noteAnswering(deps, tx, { account, managers, isCrowd: false, former });
    return [await tx.countNotices(), await tx.claimNotice(1_000)];
  });
  expect(waiting).toBe(former.length);
  expect(notice?.added).toHaveLength(20);
  expect(notice?.removed).toHaveLength(20);
  expect(notice?.more).toEqual({ added: 130, removed: 129 });
  // Each name once: for each who is told, 500 of 500 took seven seconds, and with long names a minute.
  expect(addressesRead).toBe(former.length);
});

it('tells a former manager of a remaining one’s name with the address', async () => {
  const [gone, left] = [0, 1].map((at) => ({ ...someone(at), displayName: 'Anna Berg' })) as [
    DirectoryManager,
    DirectoryManager,
  ];
  const account = { id: randomUUID(), name: 'grupp' };
  const notice = await store.transaction(async (tx) => {
    await tx.rememberAnswering(account.id, [gone.id, left.id]);
    const answering = { account, managers: [left], isCrowd: false, former: [gone] };
    await noteAnswering(deps, tx, answering);
    for (let one = await tx.claimNotice(1_000); one; one = await tx.claimNotice(1_000)) {
      if (one.accountId === account.id && one.hasReader !== true) return one;
    }
    return undefined;
  });
  expect(notice?.removed).toEqual(['anna.berg0@orebro.example (Anna Berg)']);
});
