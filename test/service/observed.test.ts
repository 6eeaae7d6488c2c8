import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { openStore, type OpenStore } from '../../src/adapters/store/open.ts';
import type { AuditEvent } from '../../src/domain/audit.ts';
import { DAY_MS } from '../../src/domain/durations.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Directory } from '../../src/ports/directory.ts';
import { DirectoryError, StoreError } from '../../src/ports/errors.ts';
import type { Log } from '../../src/ports/log.ts';
import type { SmsGateway, SmsOutcome } from '../../src/ports/sms.ts';
import type { StoreTransaction } from '../../src/ports/store/store.ts';
import { createBudgetAlarms } from '../../src/service/flow/budgetAlarms.ts';
import type { Person, Turns } from '../../src/service/input.ts';
import {
  createHealth,
  observeDirectory,
  observeSms,
  observeStore,
  observeTurns,
} from '../../src/service/watch/observed.ts';
import type { View } from '../../src/ports/view.ts';
import { silentLog, someKey, temporaryDirectory } from '../adapters/store/support.ts';
import { MOBILE, someFlow } from '../contracts/storeSamples.ts';

const SQLITE_BUSY = 5;

it('measures the end after too many refused passwords as a refusal, not as a fault', async () => {
  const measured: (string | undefined)[] = [];
  const metrics = { turnTaken: ({ problem }: { problem?: string }) => measured.push(problem) };
  const problems = [{ reason: 'temporarilyUnavailable', isOutOfTries: true }, { reason: 'locked' }];
  for (const problem of problems) {
    const take = () => Promise.resolve({ view: { card: 'refused', problem }, locale: 'sv' });
    const parts = { metrics, refer: (view: View) => view } as unknown as Parameters<
      typeof observeTurns
    >[1];
    const turns = observeTurns({ take } as unknown as Turns, parts);
    await turns.take({} as Person, { type: 'help' }, new AbortController().signal);
  }
  expect(measured).toEqual(['passwordRefusedByDirectory', 'locked']);
});

describe('an observed store', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  let store: OpenStore;
  let metrics: ReturnType<typeof createMetrics>;
  beforeAll(async () => {
    directory = await temporaryDirectory();
    const database = { kind: 'sqlite', directory: directory.path } as const;
    const audited = (event: AuditEvent): void => {
      metrics.audited(event);
    };
    const options = { database, keys: [someKey('1')], instance: 'test', migrate: true, audited };
    store = await openStore(options, silentLog);
  });
  beforeEach(() => {
    metrics = createMetrics({ version: '0' });
  });
  afterAll(async () => {
    await store.close();
    await directory.remove();
  });

  const audit = (tx: StoreTransaction): Promise<void> => {
    tx.audit({ event: 'code.sent', actor: 'system', result: 'ok', flow: randomUUID() });
    return Promise.resolve();
  };

  /** How many code messages were counted. */
  async function sent(): Promise<number> {
    const text = await metrics.registry.metrics();
    return Number(/^passwordbot_code_messages_total\{outcome="sent"\} (\d+)$/m.exec(text)?.[1]);
  }

  const on = { flow: someFlow(), lock: 'x' };

  it.each(['transaction', 'transactionOn'] as const)(
    'counts the audit rows that were kept by a %s, and no others',
    async (method) => {
      const observed = observeStore(store, metrics);
      const transact = (work: (tx: StoreTransaction) => Promise<void>): Promise<void> =>
        method === 'transaction' ? observed.transaction(work) : observed.transactionOn(on, work);
      const { seq } = await store.audit.head();
      await transact(audit);
      expect(await sent()).toBe(1);
      const failing = transact(async (tx) => {
        await audit(tx);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await sent()).toBe(1);
      expect((await store.audit.head()).seq).toBe(seq + 1);
    },
  );

  it('measures what is read', async () => {
    await observeStore(store, metrics).read((reads) => reads.flow('none'));
    expect(await metrics.registry.metrics()).toContain(
      'passwordbot_operation_duration_seconds_count{system="store",operation="read"} 1',
    );
  });

  it('counts them once when the transaction has to run again', async () => {
    let runs = 0;
    await observeStore(store, metrics).transaction(async (tx) => {
      await audit(tx);
      runs += 1;
      if (runs === 1)
        throw new StoreError('unavailable', 'locked', { cause: { errcode: SQLITE_BUSY } });
    });
    expect(runs).toBe(2);
    expect(await sent()).toBe(1);
  });
});

describe('an observed system', () => {
  const { signal } = new AbortController();

  function watched() {
    const health = createHealth();
    const metrics = createMetrics({ version: '0' });
    /** The faults that were counted, by their codes. */
    const faults = async (): Promise<string[]> => {
      const text = await metrics.registry.metrics();
      return [...text.matchAll(/^passwordbot_operation_errors_total\{.*code="(\w+)"\} 1$/gm)].map(
        ([, code = '']) => code,
      );
    };
    return { health, metrics, faults };
  }

  it('is degraded from a failure of the directory until its next answer', async () => {
    const { health, metrics, faults } = watched();
    let hasEntry: Directory['hasEntry'] = () => Promise.resolve(true);
    const bare = { hasEntry: (...asked: Parameters<typeof hasEntry>) => hasEntry(...asked) };
    const directory = observeDirectory(bare as Directory, { health, metrics });
    expect(await directory.hasEntry('id', signal)).toBe(true);
    expect(health.degraded()).toEqual([]);
    // A bug says nothing of the directory.
    for (const error of [new Error('a bug'), new DirectoryError('unreachable', 'away')]) {
      expect(health.degraded()).toEqual([]);
      hasEntry = () => Promise.reject(error);
      await expect(directory.hasEntry('id', signal)).rejects.toBe(error);
    }
    expect(health.degraded()).toEqual(['directory']);
    expect(await faults()).toEqual(['other', 'unreachable']);
    hasEntry = () => Promise.resolve(false);
    expect(await directory.hasEntry('id', signal)).toBe(false);
    expect(health.degraded()).toEqual([]);
  });

  it('is counted by the code of its fault where it is the store', async () => {
    const { metrics, faults } = watched();
    for (const error of [new Error('a bug'), new StoreError('unavailable', 'away')]) {
      const read: OpenStore['read'] = () => Promise.reject(error);
      const observed = observeStore({ read } as OpenStore, metrics);
      await expect(observed.read((reads) => reads.flow('none'))).rejects.toBe(error);
    }
    expect(await faults()).toEqual(['other', 'unavailable']);
  });

  it('is degraded while the SMS service takes no message, whatever it says of numbers', async () => {
    const { health, metrics, faults } = watched();
    const send = async (outcome: SmsOutcome) => {
      const gateway = { send: () => Promise.resolve(outcome) } as unknown as SmsGateway;
      const sms = observeSms(gateway, { health, metrics, delay: () => Promise.resolve() });
      await sms.send({ to: MOBILE, text: new Secret('x'), validitySeconds: 60 }, signal);
      return health.degraded();
    };
    const refused = { outcome: 'refused', fault: 'number' } as const;
    expect(await send({ ...refused, code: '21614' })).toEqual([]);
    expect(await send({ ...refused, fault: 'service', code: '20003' })).toEqual(['sms']);
    expect(await send({ outcome: 'unknown', code: 'http500' })).toEqual(['sms']);
    expect(await send({ outcome: 'accepted', messageId: 'SM1' })).toEqual([]);
    expect(await faults()).toEqual(['21614', '20003', 'http500']);
  });
});

describe('the alarms of the SMS budget', () => {
  function alarms(perDay: number) {
    const told: unknown[] = [];
    const tell = ({ percent }: Readonly<Record<string, unknown>>): void => void told.push(percent);
    const log: Log = { debug: tell, info: tell, warn: tell, error: tell };
    const state = { now: 0 };
    const metrics = createMetrics({ version: '0' });
    const clock = (): number => state.now;
    return { told, state, budget: createBudgetAlarms(perDay, { log, metrics, clock }) };
  }

  it('sound once a day each, however often the sum moves around a mark', () => {
    const { told, state, budget } = alarms(10);
    for (const total of [4, 5, 4, 5, 6, 5]) budget.counted(total);
    expect(told).toEqual([50]);
    for (const total of [7, 8, 9, 10, 10, 9, 7]) budget.counted(total);
    expect(told).toEqual([50, 80, 100]);
    state.now += DAY_MS;
    budget.counted(5);
    expect(told).toEqual([50, 80, 100, 50]);
  });

  it('sound at the highest mark where several messages went out between two looks', () => {
    const { told, budget } = alarms(10);
    for (const total of [3, 9, 7]) budget.counted(total);
    expect(told).toEqual([80]);
  });

  it('sound when the ceiling was lowered below what is used already', () => {
    const { told, budget } = alarms(10);
    budget.counted(14);
    budget.counted(14);
    expect(told).toEqual([100]);
  });

  it('sound when what is left is kept for enrolled numbers', () => {
    const { told, budget } = alarms(10);
    budget.counted(9);
    expect(told).toEqual([80]);
  });
});
