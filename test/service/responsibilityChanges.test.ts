import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import type { DirectoryManager, Responsibility } from '../../src/ports/account.ts';
import type { ClaimedNotice } from '../../src/ports/store/notices.ts';
import type { Deps } from '../../src/service/deps.ts';
import { noteAnswering, readAnswering } from '../../src/service/people/responsibilityChanges.ts';
import { silentLog } from '../support/silentLog.ts';
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
    return [await tx.countNotices(), await tx.claimNotice(60_000)];
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
    for (let one = await tx.claimNotice(60_000); one; one = await tx.claimNotice(60_000)) {
      if (one.accountId === account.id && one.hasReader !== true) return one;
    }
    return undefined;
  });
  expect(notice?.removed).toEqual(['anna.berg0@orebro.example (Anna Berg)']);
});

/** Takes up what waits to be told about an account, as its readers would get it. */
async function untold(accountId: string) {
  const taken: ClaimedNotice[] = [];
  await store.transaction(async (tx) => {
    for (let one = await tx.claimNotice(1_000); one; one = await tx.claimNotice(1_000)) {
      if (one.accountId === accountId) taken.push(one);
      else await tx.removeNotice(one);
    }
  });
  return taken.map(({ id, tries, to, added, removed, hasReader, more }) => {
    if (to.channel !== 'chat') throw new Error('told to no reader');
    return { id, tries, reader: to.manager.aadObjectId, added, removed, hasReader, more };
  });
}

/** An account whose managers were last seen so, and what changes them, as a sweep or an enrollment does. */
async function followed(...seen: DirectoryManager[]) {
  const account = { id: randomUUID(), name: 'grupp' };
  const ids = seen.map(({ id }) => id);
  await store.transaction((tx) => tx.rememberAnswering(account.id, ids));
  let before = seen;
  const become = async (managers: DirectoryManager[], isCrowd = false) => {
    const former = before.filter((one) => !managers.includes(one));
    await store.transaction((tx) =>
      noteAnswering(deps, tx, { account, managers: isCrowd ? [] : managers, isCrowd, former }),
    );
    before = managers;
  };
  return { account, become };
}

it('keeps one untold change for each reader and account, each person as they stand after all', async () => {
  const [asa, bo, cia] = [0, 1, 2].map((at) => ({
    ...someone(at),
    displayName: `Namn ${'ABC'[at]!}`,
  }));
  const { account, become } = await followed(asa!, bo!);
  for (let times = 0; times < 5; times += 1) {
    await become([asa!, bo!, cia!]);
    await become([asa!, bo!]);
  }
  await become([asa!, cia!]);
  const all = await untold(account.id);
  expect(all).toHaveLength(3);
  const waiting = new Map(all.map(({ reader, ...told }) => [reader, told]));
  expect(waiting.get(asa!.aadObjectId!)).toMatchObject({ added: ['Namn C'], removed: ['Namn B'] });
  expect(waiting.get(bo!.aadObjectId!)).toMatchObject({ added: ['Namn C'], hasReader: true });
  expect(waiting.get(cia!.aadObjectId!)).toMatchObject({ added: [], hasReader: true });
});

it('tells a change anew that another one joined while it was on its way', async () => {
  const [asa, bo] = [0, 1].map((at) => ({ ...someone(at), displayName: `Namn ${'AB'[at]!}` }));
  const { account, become } = await followed(asa!);
  await become([asa!, bo!]);
  const [onItsWay] = await untold(account.id);
  await become([asa!]);
  expect(await store.transaction((tx) => tx.removeNotice(onItsWay!))).toBe(false);
  await store.transaction((tx) => tx.postponeNotice(onItsWay!.id, tx.now));
  const told = (await untold(account.id)).find(({ id }) => id === onItsWay!.id);
  expect(told).toMatchObject({ added: [], removed: ['Namn B'] });
  expect(await store.transaction((tx) => tx.removeNotice(told!))).toBe(true);
});

it('has waited since the first untold change, however often another one joins it', async () => {
  const [asa, bo] = [0, 1].map(someone) as [DirectoryManager, DirectoryManager];
  const { account, become } = await followed(asa);
  await become([asa, bo]);
  const id = `change ${account.id} ${settings.tenantId}/${asa.aadObjectId!}`;
  const waiting = async () => {
    const [notice] = await store.transaction((tx) => tx.waitingNotices([id]));
    return notice!;
  };
  const first = await waiting();
  const longAgo = first.at - DAY_MS;
  await store.transaction((tx) => tx.addNotices([{ ...first, at: longAgo, noticedAt: longAgo }]));
  for (const managers of [[asa], [asa, bo]]) {
    await become(managers);
    const { at, noticedAt } = await waiting();
    expect(at).toBeGreaterThanOrEqual(first.at);
    expect(noticedAt).toBe(longAgo);
  }
});

it('names one who came and was then deleted, untold, though the directory has no name any more', async () => {
  const [asa, bo] = [0, 1].map((at) => ({ ...someone(at), displayName: `Namn ${'AB'[at]!}` }));
  const { account, become } = await followed(asa!);
  await become([asa!, bo!]);
  await store.transaction((tx) =>
    noteAnswering(deps, tx, {
      account,
      managers: [asa!],
      isCrowd: false,
      former: [{ id: bo!.id, displayName: '' }],
    }),
  );
  const first = (await untold(account.id)).find(({ reader }) => reader === asa!.aadObjectId);
  expect(first?.removed).toEqual(['Namn B']);
});

it('names as many as a card shows of all that came and went untold, and counts the rest', async () => {
  const [asa, ...others] = Array.from({ length: 61 }, (_, at) => someone(at));
  const { account, become } = await followed(asa!);
  await become([asa!, ...others.slice(0, 30)]);
  await become([asa!, ...others]);
  const first = (await untold(account.id)).find(({ reader }) => reader === asa!.aadObjectId);
  expect(first?.added).toHaveLength(20);
  expect(first?.more).toEqual({ added: 40, removed: 0 });
});

/** Persons of whom no name holds another's. */
const letters = (count: number): DirectoryManager[] =>
  Array.from({ length: count }, (_, at) => ({
    ...someone(at),
    displayName: `Namn ${String.fromCodePoint(65 + at)}`,
  }));

it('names one who came behind as many as a card shows, where those are gone again, untold', async () => {
  const [asa, mallory, ...others] = letters(22);
  const { account, become } = await followed(asa!);
  await become([asa!, ...others, mallory!]);
  await become([asa!, mallory!]);
  const first = (await untold(account.id)).find(({ reader }) => reader === asa!.aadObjectId);
  expect(first?.added).toEqual([mallory!.displayName]);
  expect(first?.more).toEqual({ added: 0, removed: 0 });
});

it('counts those who went behind as many as a card shows, until they are back, untold', async () => {
  const [asa, ...others] = letters(23);
  const { account, become } = await followed(asa!, ...others);
  await become([asa!]);
  const first = (await untold(account.id)).find(({ reader }) => reader === asa!.aadObjectId);
  const waiting = () => store.transaction((tx) => tx.waitingNotices([first?.id ?? '']));
  const named = (await waiting())[0]?.removedEntries ?? [];
  const back = others.filter(({ id }) => named.includes(id));
  await become([asa!, ...back]);
  expect(await waiting()).toMatchObject([{ removed: [], more: { added: 0, removed: 2 } }]);
  await become([asa!, ...others]);
  expect(await waiting()).toMatchObject([{ removed: [], more: { added: 2, removed: 0 } }]);
});

it('forgets nobody who came before a crowd took over, untold', async () => {
  const [asa, bo] = [0, 1].map((at) => ({ ...someone(at), displayName: `Namn ${'AB'[at]!}` }));
  const { account, become } = await followed(asa!);
  await become([asa!, bo!]);
  await become([asa!, bo!], true);
  const first = (await untold(account.id)).find(({ reader }) => reader === asa!.aadObjectId);
  expect(first?.added).toEqual(['Namn B']);
});

it('counts one who answers still, asked for alone, though the list leaves them out', async () => {
  const [asa, bo, cia] = [0, 1, 2].map(someone) as [
    DirectoryManager,
    DirectoryManager,
    DirectoryManager,
  ];
  const { account } = await followed(asa, bo, cia);
  const all = [asa, bo, cia];
  const directory = {
    managerById: (id: string) => Promise.resolve(all.find((one) => one.id === id)),
    accountOf: ({ id }: DirectoryManager) => Promise.resolve(id === bo.id ? account : undefined),
  };
  const { signal } = new AbortController();
  const reading = { store, directory, log: silentLog } as unknown as Deps;
  const listed = { account, managers: [asa], isCrowd: false } as unknown as Responsibility;
  expect(await readAnswering(reading, listed, signal)).toEqual({
    account,
    managers: [asa, bo],
    isCrowd: false,
    former: [cia],
    seen: all.map(({ id }) => id).sort(),
  });
});

it('audits how many came and went, and each of them by their entry, in rows of twenty', async () => {
  const [asa, bo, ...others] = Array.from({ length: 40 }, (_, at) => someone(at));
  const { account, become } = await followed(asa!, bo!);
  await become([asa!, ...others]);
  await become([asa!, ...others, bo!]);
  const rows: (string | null)[] = [];
  for await (const row of store.audit.read()) if (row.account === account.id) rows.push(row.reason);
  const named = [...others.map(({ id }) => `+${id}`), `-${bo!.id}`];
  expect(rows).toEqual([
    ['replaced +38 -1', ...named.slice(0, 20)].join(' '),
    ['replaced +38 -1', ...named.slice(20)].join(' '),
    `added +1 +${bo!.id}`,
  ]);
});
