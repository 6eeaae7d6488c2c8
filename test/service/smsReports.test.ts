import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore, type OpenStore } from '../../src/adapters/store/open.ts';
import type { EnrollmentFlow } from '../../src/domain/flows/flow.ts';
import type { Store } from '../../src/ports/store/store.ts';
import type { Deps } from '../../src/service/deps.ts';
import { createSmsReports } from '../../src/service/notices/smsReports.ts';
import { rawSqlite } from '../adapters/store/rawSqlite.ts';
import { silentLog, someKey } from '../adapters/store/support.ts';
import { MOBILE, someAddress, someFlow, someSend } from '../contracts/storeSamples.ts';

describe('a status report', () => {
  let database: Awaited<ReturnType<typeof rawSqlite>>;
  let store: OpenStore;
  beforeEach(async () => {
    database = await rawSqlite();
    store = await openStore(
      { database: database.options, keys: [someKey('k1')], instance: 'one', migrate: true },
      silentLog,
    );
  });
  afterEach(async () => {
    await store.close();
    await database.remove();
  });

  /** The reports' parts, with the queries to the store; pauses take no time. */
  function parts(onPause: () => Promise<void> = () => Promise.resolve()) {
    const asked = { transactions: 0, pauses: 0 };
    const ended = Promise.withResolvers<undefined>();
    const counting: Store = {
      ...store,
      transaction: (work) => {
        asked.transactions += 1;
        return store.transaction(work);
      },
    };
    const delay = async (): Promise<void> => {
      asked.pauses += 1;
      if (asked.pauses === 4) ended.resolve(undefined);
      await onPause();
    };
    const deps = { store: counting, delay, log: silentLog } as unknown as Deps;
    return { asked, deps, ended: ended.promise };
  }

  it('of a message that carries no code writes nothing, and is soon left alone', async () => {
    const { asked, deps, ended } = parts();
    await createSmsReports(deps)({ messageId: 'SMnotice', fate: 'delivered' });
    await ended;
    expect(asked).toEqual({ transactions: 0, pauses: 4 });
  });

  it('that is repeated while its message is looked for is looked for once', async () => {
    const all = Promise.withResolvers<undefined>();
    const { asked, deps, ended } = parts(() => all.promise);
    const report = createSmsReports(deps);
    for (let time = 0; time < 20; time += 1) {
      await report({ messageId: 'SMrepeated', fate: 'delivered' });
    }
    expect(asked.pauses).toBe(1);
    all.resolve(undefined);
    await ended;
    expect(asked).toEqual({ transactions: 0, pauses: 4 });
  });

  it('of a code that is held is kept for its card, and draws none on which a number may be half typed', async () => {
    const { state: _, ...frame } = someFlow();
    const held = { mobile: MOBILE, expiresAt: frame.expiresAt, malformed: 0, firstDraw: 1 };
    const state = { step: 'mobile', malformed: 0, isOldProven: false, held } as const;
    const flow: EnrollmentFlow = { ...frame, purpose: 'enrollment', state };
    const send = someSend({ flowId: flow.id });
    await store.transaction(async (tx) => {
      await tx.saveManager({ key: flow.manager, address: someAddress(flow.manager) });
      await tx.addFlow(flow);
      await tx.setFlowMessage(flow.id, 'a message');
      await tx.addSend(send);
      await tx.settleSend(send.id, 'accepted', 'SMheld');
    });
    let drawn = 0;
    const notifier = { update: () => Promise.resolve(void (drawn += 1)) };
    const deps = { ...parts().deps, notifier, settings: {} } as unknown as Deps;
    await createSmsReports(deps)({ messageId: 'SMheld', fate: 'failed', fault: 'number' });
    const kept = await store.read((reads) => reads.flow(flow.id));
    expect(kept?.state).toMatchObject({
      step: 'mobile',
      held: { hasFailed: true, problem: { reason: 'smsNumberRefused' } },
    });
    expect(drawn).toBe(0);
  });

  it('that comes before its message is known is taken when it is', async () => {
    const flow = someFlow();
    const send = someSend({ flowId: flow.id });
    await store.transaction(async (tx) => {
      await tx.addFlow(flow);
      await tx.addSend(send);
    });
    const { deps } = parts(() =>
      store.transaction((tx) => tx.settleSend(send.id, 'accepted', 'SMcode')),
    );
    await createSmsReports(deps)({ messageId: 'SMcode', fate: 'delivered' });
    for (;;) {
      const last = await store.transaction((tx) => tx.lastSend(flow.id));
      if (last?.fate === 'delivered') break;
      await turn();
    }
  });
});
