import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { openStore, type OpenStore } from '../../src/adapters/store/open.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { SweptAccount } from '../../src/ports/account.ts';
import type { Store, StoreTransaction } from '../../src/ports/store/store.ts';
import type { SweepDeps } from '../../src/service/deps.ts';
import { lockAccount } from '../../src/service/flow/flows.ts';
import { noteOutsideChanges } from '../../src/service/notices/outsideChanges.ts';
import { silentLog, someKey } from '../adapters/store/support.ts';
import { someEnrollment, someFlow } from '../contracts/storeSamples.ts';
import { RULES } from '../domain/machineSamples.ts';
import { postgresOfSuite } from '../support/ofSuite.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';

const [BEFORE, WRITTEN] = ['134000000000000000', '134000000000000001'];

const server = await postgresOfSuite();
const url = new Secret(await server.createDatabase('changes'));
const options = { database: { kind: 'postgres', url }, keys: [someKey('k1')] } as const;
const open = (instance: string) => openStore({ ...options, instance, migrate: true }, silentLog);
const one = await open('one');
const other = await open('other');
atSuiteEnd(async () => {
  await Promise.all([one.close(), other.close()]);
});

/** Once a transaction waits for a lock that another one holds. */
async function untilOneWaits(): Promise<void> {
  const waits = () =>
    server.query(`select pid from pg_stat_activity where wait_event_type = 'Lock'`);
  while ((await waits()).length === 0);
}

/** A store in whose transactions `meanwhile` happens right before the resets of an account are read. */
function interrupted(store: OpenStore, meanwhile: () => Promise<void>): Store {
  const during = (tx: StoreTransaction): StoreTransaction =>
    Object.defineProperty<StoreTransaction>(Object.create(tx) as StoreTransaction, 'resetsAround', {
      value: async (...given: Parameters<StoreTransaction['resetsAround']>) => {
        await meanwhile();
        return tx.resetsAround(...given);
      },
    });
  return { ...store, transaction: (work) => store.transaction((tx) => work(during(tx))) };
}

it('is no change by another client where another instance records the reset while the sweep looks', async () => {
  const now = one.now();
  const flow = someFlow({ startedAt: now, expiresAt: now + 900_000, passwordVersion: BEFORE });
  const { accountId } = flow;
  const sent = [{ digest: 'abc', sentAt: now }];
  const writing = await one.transaction(async (tx) => {
    await tx.saveEnrollment(someEnrollment({ accountId }));
    await tx.sawPassword(accountId, BEFORE);
    const state = { step: 'writingPassword', since: tx.now, rules: RULES, sent } as const;
    await tx.addFlow({ ...flow, state });
    return { ...flow, state };
  });
  let recorded = Promise.resolve();
  const store = interrupted(one, async () => {
    recorded = other.transaction(async (tx) => {
      await lockAccount(tx, accountId);
      await tx.sawPassword(accountId, WRITTEN);
      await tx.saveFlow({ ...writing, state: { step: 'done' }, endedAt: tx.now });
    });
    await Promise.race([recorded, untilOneWaits()]);
  });
  const deps = { store, random: { id: randomUUID }, log: silentLog } as unknown as SweepDeps;
  const lease = { keep: () => Promise.resolve(), signal: new AbortController().signal };
  const swept = { id: accountId, name: 'norr', passwordVersion: WRITTEN, passwordSetAt: now };
  await noteOutsideChanges(deps, lease, [swept as SweptAccount]);
  await recorded;

  expect(await one.transaction((tx) => tx.countNotices())).toBe(0);
  const seen = await one.transaction((tx) => tx.passwordsSeen([accountId]));
  expect(seen.get(accountId)).toBe(WRITTEN);
});
