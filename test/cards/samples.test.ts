import { describe, expect, it } from '@jest/globals';
import { REASONS } from '../../src/domain/reasons.ts';
import { CARD_SAMPLES, PROBLEMS_OF, cardNames } from './samples.ts';

const samples = CARD_SAMPLES.map(({ name, view }) => ({
  name,
  card: view.card,
  reason: 'problem' in view ? view.problem?.reason : undefined,
}));

describe('card samples', () => {
  it('have names of their own', () => {
    const names = samples.map(({ name }) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('cover every card of the contract, with the longest names too', () => {
    const missing = cardNames().filter((name) => !samples.some(({ card }) => card === name));
    expect(missing).toEqual([]);
    const long = new Set(samples.filter(({ name }) => name.endsWith(', long')).map((s) => s.card));
    expect(cardNames().filter((name) => !long.has(name))).toEqual([]);
  });

  it('cover every problem on every card that may report it, and no other', () => {
    const shown = samples.flatMap(({ card, reason }) =>
      reason === undefined ? [] : [`${card} ${reason}`],
    );
    const allowed = cardNames().flatMap((card) =>
      PROBLEMS_OF[card].map((reason) => `${card} ${reason}`),
    );
    expect([...new Set(shown)].sort()).toEqual(allowed.sort());
  });

  it('leave no reason of the contract out', () => {
    const placed = new Set(Object.values(PROBLEMS_OF).flat());
    expect(REASONS.filter((reason) => !placed.has(reason))).toEqual([]);
  });
});
