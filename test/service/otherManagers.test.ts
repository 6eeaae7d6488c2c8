import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { DirectoryError } from '../../src/ports/errors.ts';
import type { Deps } from '../../src/service/deps.ts';
import { audienceOf } from '../../src/service/notices/otherManagers.ts';
import { silentLog } from '../support/silentLog.ts';
import { MOBILE, someAddress, someManager } from '../contracts/storeSamples.ts';
import { storeOfSuite } from '../support/ofSuite.ts';

const store = await storeOfSuite();

const logged: object[] = [];
beforeEach(() => void logged.splice(0));

/** The parts that are asked, with a directory that answers so. */
function depsOn(directory: object): Deps {
  const log = { ...silentLog, warn: (fields: object) => void logged.push(fields) };
  return { store, directory, log } as unknown as Deps;
}

it('has those who are enrolled, and those who answered before, where a crowd cannot be read in time', async () => {
  const accountId = randomUUID();
  const [enrolled, former, own] = [randomUUID(), randomUUID(), randomUUID()];
  const [manager, actor] = [someManager(), someManager()];
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager, directoryId: enrolled, address: someAddress(manager) });
    await tx.saveManager({ key: actor, directoryId: own, address: someAddress(actor) });
    const number = { id: randomUUID(), manager, accountId, mobile: MOBILE };
    await tx.saveEnrollment({ ...number, enrolledAt: tx.now, usableFrom: tx.now });
    await tx.rememberAnswering(accountId, [former]);
  });
  const deps = depsOn({
    responsibilityFor: () =>
      Promise.resolve({ account: { id: accountId, name: 'a' }, managers: [], isCrowd: true }),
    async managersOf(_id: string, signal: AbortSignal) {
      if (!signal.aborted) await once(signal, 'abort');
      throw new DirectoryError('unreachable', 'no answer to read');
    },
    managerById: (id: string, signal: AbortSignal) => {
      signal.throwIfAborted();
      return Promise.resolve({ id, displayName: '' });
    },
  });
  const signal = AbortSignal.timeout(10_000);
  const audience = await audienceOf(deps, accountId, actor, signal);
  expect(audience.persons.map(({ id }) => id).toSorted()).toEqual([enrolled, former].toSorted());
  expect(audience.own?.id).toBe(own);
  expect(logged).toEqual([{ account: accountId }]);
});

it('has all who answered before, also where the directory is slow to name so many', async () => {
  const accountId = randomUUID();
  const former = Array.from({ length: 60 }, () => randomUUID());
  let askedInVain = 0;
  await store.transaction((tx) => tx.rememberAnswering(accountId, former));
  const deps = depsOn({
    responsibilityFor: () =>
      Promise.resolve({ account: { id: accountId, name: 'a' }, managers: [], isCrowd: false }),
    managerById: async (id: string, signal: AbortSignal) => {
      if (signal.aborted) askedInVain += 1;
      await pause(200, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) throw new DirectoryError('unreachable', 'no answer to read');
      return { id, displayName: 'Anna' };
    },
    accountOf: () => Promise.resolve(undefined),
  });
  const audience = await audienceOf(deps, accountId, undefined, AbortSignal.timeout(10_000));
  expect(audience.persons.map(({ id }) => id).toSorted()).toEqual(former.toSorted());
  expect(logged).toEqual([{ account: accountId, unread: expect.any(Number) }]);
  expect(askedInVain).toBe(0);
});

it('has those whom the store knows once the account could not be read for long', async () => {
  const accountId = randomUUID();
  const [enrolled, former] = [randomUUID(), randomUUID()];
  const manager = someManager();
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager, directoryId: enrolled, address: someAddress(manager) });
    const number = { id: randomUUID(), manager, accountId, mobile: MOBILE };
    await tx.saveEnrollment({ ...number, enrolledAt: tx.now, usableFrom: tx.now });
    await tx.rememberAnswering(accountId, [former]);
  });
  const unread = new DirectoryError('unreachable', 'no answer to read');
  const deps = depsOn({
    responsibilityFor: () => Promise.reject(unread),
    managerById: (id: string) => Promise.resolve({ id, displayName: '' }),
  });
  const signal = AbortSignal.timeout(10_000);
  await expect(audienceOf(deps, accountId, undefined, signal)).rejects.toBe(unread);
  const { persons } = await audienceOf(deps, accountId, undefined, signal, true);
  expect(persons.map(({ id }) => id).toSorted()).toEqual([enrolled, former].toSorted());
  expect(logged).toEqual([{ account: accountId, code: 'unreachable' }]);
});

it('has those who are enrolled where the directory does not show the account, also after a crowd answered for it', async () => {
  const accountId = randomUUID();
  const [enrolled, manager] = [randomUUID(), someManager()];
  await store.transaction(async (tx) => {
    await tx.saveManager({ key: manager, directoryId: enrolled, address: someAddress(manager) });
    const number = { id: randomUUID(), manager, accountId, mobile: MOBILE };
    await tx.saveEnrollment({ ...number, enrolledAt: tx.now, usableFrom: tx.now });
    await tx.rememberAnswering(accountId, ['crowd']);
  });
  const deps = depsOn({ responsibilityFor: () => Promise.resolve(undefined) });
  const { persons } = await audienceOf(deps, accountId, undefined, AbortSignal.timeout(10_000));
  expect(persons.map(({ id }) => id)).toEqual([enrolled]);
});

it('knows those of a crowd by their names, so that a namesake is told with the address', async () => {
  const [accountId, met] = [randomUUID(), randomUUID()];
  const key = someManager();
  const [displayName, address] = ['Anna Berg', someAddress(key)];
  await store.transaction((tx) => tx.saveManager({ key, directoryId: met, displayName, address }));
  const deps = depsOn({
    responsibilityFor: () =>
      Promise.resolve({ account: { id: accountId, name: 'a' }, managers: [], isCrowd: true }),
    managersOf: () => Promise.resolve([met]),
  });
  const signal = AbortSignal.timeout(10_000);
  const { persons } = await audienceOf(deps, accountId, undefined, signal);
  expect(persons).toEqual([{ id: met, displayName }]);
  expect(logged).toEqual([]);
});
