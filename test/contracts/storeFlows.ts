import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { EnrollmentFlow, Flow, ResetFlow } from '../../src/domain/flows/flow.ts';
import { Secret } from '../../src/domain/secret.ts';
import { StoreError } from '../../src/ports/errors.ts';
import type { Store } from '../../src/ports/store/store.ts';
import { MINUTE, MOBILE, someFlow, storedFlow } from './storeSamples.ts';
import type { StorePair } from './storeSamples.ts';

/** The store's contract for flows and their codes. */
export function storedFlowsContract(opened: () => StorePair): void {
  let pair: StorePair;
  let store: Store;
  beforeAll(() => {
    pair = opened();
    store = pair.one;
  });
  const withFlow = (changes?: Partial<ResetFlow>) => storedFlow(store, changes);

  describe('flows', () => {
    it('come back as they were saved', async () => {
      const flow: EnrollmentFlow = {
        ...someFlow(),
        purpose: 'enrollment',
        origin: randomUUID(),
        messageId: '1:message',
        state: {
          step: 'mobile',
          malformed: 2,
          known: { mobile: MOBILE, isEnrolled: true },
          isOldProven: false,
          problem: { reason: 'tooManyCodes', until: 1_790_000_000_001 },
        },
      };
      await store.transaction((tx) => tx.addFlow(flow));
      expect(await pair.other.transaction((tx) => tx.flow(flow.id))).toEqual(flow);
    });

    it('are saved only under the version that was read', async () => {
      const flow = await withFlow();
      const next: ResetFlow = { ...flow, draw: 2, state: { step: 'done' }, endedAt: 5 };
      const saved = await store.transaction((tx) => tx.saveFlow(next));
      expect(saved).toEqual({ ...next, version: 2 });
      expect(await store.transaction((tx) => tx.flow(flow.id))).toEqual(saved);

      const late = await store.transaction((tx) => tx.saveFlow({ ...flow, draw: 9 }));
      expect(late).toBeUndefined();
      expect(await store.transaction((tx) => tx.flow(flow.id))).toEqual(saved);
    });

    it('let one of many savers win, over all instances', async () => {
      const flow = await withFlow();
      const savers = Array.from({ length: 24 }, (_, index) =>
        (index % 2 === 0 ? pair.one : pair.other).transaction((tx) => tx.saveFlow(flow)),
      );
      const saved = (await Promise.all(savers)).filter((won) => won !== undefined);
      expect(saved).toHaveLength(1);
    });

    it('remember their message whatever is saved meanwhile', async () => {
      const flow = await withFlow();
      await store.transaction((tx) => tx.setFlowMessage(flow.id, '1:new'));
      const saved = await store.transaction((tx) => tx.saveFlow(flow));
      expect(saved?.messageId).toBe('1:new');
      expect((await store.transaction((tx) => tx.flow(flow.id)))?.messageId).toBe('1:new');
    });

    it('leave their message to the next open flow of the manager that is shown on it', async () => {
      const { manager } = await withFlow();
      const [first, next] = [await withFlow({ manager }), await withFlow({ manager })];
      const stranger = await withFlow();
      for (const flow of [stranger, first, next]) {
        await store.transaction((tx) => tx.setFlowMessage(flow.id, '1:shared'));
      }
      const shownBy = async ({ id }: Flow) =>
        (await store.transaction((tx) => tx.flow(id)))?.messageId;
      expect(await Promise.all([first, next, stranger].map(shownBy))).toEqual([
        undefined,
        '1:shared',
        '1:shared',
      ]);
    });

    it('are found by the button that began them and their purpose', async () => {
      const flow = await withFlow({ origin: randomUUID() });
      const find = (purpose: Flow['purpose']) =>
        store.transaction((tx) => tx.flowFrom(flow.origin!, purpose));
      expect(await find('reset')).toEqual(flow);
      expect(await find('unlock')).toBeUndefined();
    });

    it('are open until they have ended', async () => {
      const open = await withFlow();
      const { manager, accountId } = open;
      await withFlow({ manager, accountId, endedAt: 1 });
      const another = await withFlow({ manager });
      const colleague = await withFlow({ accountId });
      await store.transaction(async (tx) => {
        expect(await tx.openFlow(manager, accountId)).toEqual(open);
        const own = await tx.openFlows(manager);
        expect(own).toHaveLength(2);
        expect(own).toEqual(expect.arrayContaining([open, another]));
        const onAccount = await tx.openFlowsOf(accountId);
        expect(onAccount).toHaveLength(2);
        expect(onAccount).toEqual(expect.arrayContaining([open, colleague]));
      });
      await store.transaction((tx) => tx.saveFlow({ ...open, endedAt: 1 }));
      await store.transaction(async (tx) => {
        expect(await tx.openFlow(manager, accountId)).toBeUndefined();
        expect(await tx.openFlows(manager)).toEqual([another]);
      });
    });

    it('cannot be open twice for one manager and account, nor come twice from one button', async () => {
      const flow = await withFlow({ origin: randomUUID() });
      const { manager, accountId, origin } = flow;
      const second = someFlow({ manager, accountId });
      await expect(store.transaction((tx) => tx.addFlow(second))).rejects.toThrow(StoreError);
      const again = someFlow({ origin: origin! });
      await expect(store.transaction((tx) => tx.addFlow(again))).rejects.toThrow(StoreError);
    });

    it('are unsettled while an operation is under way, and when their time is over', async () => {
      const rules = {
        minLength: 8,
        maxLength: 127,
        forbiddenCharacters: '',
        historyLength: 25,
        requiresComplexity: false,
      };
      const writing = { step: 'writingPassword', since: 1, rules } as const;
      const first = await withFlow({ state: writing, expiresAt: Date.now() + MINUTE });
      await pause(3);
      const second = await withFlow({ expiresAt: 1 });
      const waiting = await withFlow({
        state: { step: 'newPassword', rules },
        expiresAt: Date.now() + MINUTE,
      });
      const ended = await withFlow({ state: writing, endedAt: 1 });
      const found = await store.transaction((tx) => tx.unsettledFlows(tx.now + 1, 1_000));
      const ids = found.map(({ id }) => id);
      expect(ids).not.toContain(waiting.id);
      expect(ids.indexOf(first.id)).toBeGreaterThanOrEqual(0);
      expect(ids.indexOf(first.id)).toBeLessThan(ids.indexOf(second.id));
      expect(ids).not.toContain(ended.id);
      expect(await store.transaction((tx) => tx.unsettledFlows(tx.now + 1, 1))).toHaveLength(1);
      const old = await store.transaction((tx) => tx.unsettledFlows(tx.now - MINUTE, 1_000));
      const oldIds = old.map(({ id }) => id);
      for (const flow of [first, second, waiting, ended]) expect(oldIds).not.toContain(flow.id);
    });
  });

  describe('a passcode', () => {
    const code = new Secret('482913');
    const wrong = new Secret('000000');

    async function withCode(expiresIn = MINUTE): Promise<ResetFlow> {
      const flow = await withFlow();
      await store.transaction((tx) =>
        tx.setPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          code,
          expiresAt: tx.now + expiresIn,
        }),
      );
      return flow;
    }
    const attempt = (flowId: string, turn: number, guess: Secret, at: Store = store) =>
      at.transaction((tx) =>
        tx.tryPasscode({ mobile: '+46701740605', flowId, draw: turn, code: guess }),
      );
    /** 200 over both instances, some at once: with many the last would wait too long for their turn. */
    async function attempts(flowId: string, guess: Secret, turnOf: (index: number) => number) {
      const outcomes: Awaited<ReturnType<typeof attempt>>[] = [];
      for (let first = 0; first < 200; first += 20) {
        const wave = Array.from({ length: 20 }, (_, index) =>
          attempt(flowId, turnOf(first + index), guess, index % 2 === 0 ? pair.one : pair.other),
        );
        outcomes.push(...(await Promise.all(wave)));
      }
      return outcomes;
    }

    it('matches once', async () => {
      const { id } = await withCode();
      expect(await attempt(id, 1, wrong)).toBe('noMatch');
      expect(await attempt(id, 2, code)).toBe('match');
      expect(await attempt(id, 3, code)).toBe('noMatch');
    });

    it('is compared once for a double tap, right or wrong', async () => {
      const { id } = await withCode();
      expect(await attempt(id, 1, wrong)).toBe('noMatch');
      expect(await attempt(id, 1, wrong)).toBe('repeated');
      expect(await attempt(id, 1, code)).toBe('match');
      expect(await attempt(id, 1, code)).toBe('repeated');
    });

    it('is valid up to its last millisecond by the database clock', async () => {
      const flow = await withFlow();
      const outcomes = await store.transaction(async (tx) => {
        await tx.setPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          code,
          expiresAt: tx.now - 1,
        });
        const late = await tx.tryPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          draw: 1,
          code,
        });
        await tx.setPasscode({ mobile: '+46701740605', flowId: flow.id, code, expiresAt: tx.now });
        return [
          late,
          await tx.tryPasscode({ mobile: '+46701740605', flowId: flow.id, draw: 2, code }),
        ];
      });
      expect(outcomes).toEqual(['noMatch', 'match']);
    });

    it('dies when a new one is set, when it is removed, and belongs to its flow only', async () => {
      const flow = await withCode();
      const elsewhere = await withFlow();
      expect(await attempt(elsewhere.id, 1, code)).toBe('noMatch');

      const next = new Secret('777777');
      await store.transaction((tx) =>
        tx.setPasscode({
          mobile: '+46701740605',
          flowId: flow.id,
          code: next,
          expiresAt: tx.now + MINUTE,
        }),
      );
      expect(await attempt(flow.id, 1, code)).toBe('noMatch');
      await store.transaction((tx) => tx.removePasscode(flow.id));
      expect(await attempt(flow.id, 2, next)).toBe('noMatch');
    });

    it('is put back when the one that replaced it was never sent', async () => {
      const { id } = await withCode();
      const next = new Secret('777777');
      await store.transaction((tx) =>
        tx.setPasscode({
          mobile: '+46701740605',
          flowId: id,
          code: next,
          expiresAt: tx.now + MINUTE,
        }),
      );
      await store.transaction((tx) => tx.restorePasscode(id));
      expect(await attempt(id, 1, next)).toBe('noMatch');
      expect(await attempt(id, 2, code)).toBe('match');
    });

    it('leaves none behind when there was no former one', async () => {
      const { id } = await withCode();
      await store.transaction((tx) => tx.restorePasscode(id));
      expect(await attempt(id, 1, code)).toBe('noMatch');
      await store.transaction((tx) => tx.restorePasscode(id));
    });

    it('matches once of 200 tries at once over two instances', async () => {
      const { id } = await withCode();
      const outcomes = await attempts(id, code, (index) => index);
      expect(outcomes.filter((outcome) => outcome === 'match')).toHaveLength(1);
    });

    it('is compared once of 200 equal taps over two instances', async () => {
      const { id } = await withCode();
      const outcomes = await attempts(id, wrong, () => 1);
      expect(outcomes.filter((outcome) => outcome === 'noMatch')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'repeated')).toHaveLength(199);
    });
  });
}
