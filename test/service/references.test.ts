import { describe, expect, it } from '@jest/globals';
import type { Reason } from '../../src/domain/reasons.ts';
import type { View } from '../../src/ports/view.ts';
import { createRefer } from '../../src/service/tap/references.ts';
import { random } from '../../src/process/random.ts';

function referring() {
  const logged: Record<string, unknown>[] = [];
  const write = (fields: object): void => void logged.push({ ...fields });
  const refer = createRefer(random, { debug: write, info: write, warn: write, error: write });
  return { logged, refer };
}

const card = (handle: string, reason: Reason, reference?: string): View => ({
  card: 'enrollment.currentPassword',
  handle,
  accountName: 'hemvardsgruppen',
  problem: { reason, ...(reference === undefined ? {} : { reference }) },
});
const referenceOf = (view: View) => ('problem' in view ? view.problem?.reference : undefined);

describe('a reference', () => {
  it('is given to faults of systems and not to mistakes of people', () => {
    const { logged, refer } = referring();
    expect(referenceOf(refer(card('a.1', 'directoryUnavailable'), 'a'))).toMatch(/^[0-9A-F]{8}$/);
    expect(logged).toMatchObject([{ reason: 'directoryUnavailable', flow: 'a' }]);
    for (const reason of ['passwordWrong', 'codeRefused', 'notResponsible', 'locked'] as const) {
      expect(referenceOf(refer(card('b.1', reason)))).toBeUndefined();
    }
    expect(refer({ card: 'help', isAgent: false, isManager: true })).toEqual({
      card: 'help',
      isAgent: false,
      isManager: true,
    });
    expect(logged).toHaveLength(1);
  });

  it('after too many refused passwords stands in the log with the refusal, not with a fault', () => {
    const { logged, refer } = referring();
    const problem = { reason: 'temporarilyUnavailable', isOutOfTries: true } as const;
    const view = refer({ card: 'refused', problem, accountName: 'hemvardsgruppen' }, 'a');
    const reference = referenceOf(view);
    expect(reference).toMatch(/^[0-9A-F]{8}$/);
    expect(logged).toEqual([
      { reference, reason: 'passwordRefusedByDirectory', card: 'refused', flow: 'a' },
    ]);
  });

  it('stays the same while the card is the same, and is logged once', () => {
    const { logged, refer } = referring();
    const views = Array.from({ length: 20 }, () => refer(card('a.1', 'smsUnavailable'), 'a'));
    expect(new Set(views.map(referenceOf)).size).toBe(1);
    expect(logged).toHaveLength(1);
    expect(referenceOf(refer(card('a.2', 'smsUnavailable'), 'a'))).not.toBe(referenceOf(views[0]!));
  });

  it('that a card has already is left alone', () => {
    const { logged, refer } = referring();
    expect(referenceOf(refer(card('a.1', 'temporarilyUnavailable', 'OWN')))).toBe('OWN');
    expect(logged).toHaveLength(0);
  });

  it('is remembered for so many cards and no more', () => {
    const { logged, refer } = referring();
    for (let flow = 0; flow < 600; flow += 1) refer(card(`${flow}.1`, 'smsUnavailable'));
    refer(card('599.1', 'smsUnavailable'));
    expect(logged).toHaveLength(600);
    refer(card('0.1', 'smsUnavailable'));
    expect(logged).toHaveLength(601);
  });
});
