import { describe, expect, it } from '@jest/globals';
import {
  describeMet,
  describeRatio,
  figureOf,
  judge,
  spreadOf,
  type Row,
} from './performance/figures.ts';

const rowOf = (floor: number, product: number): Row => ({
  measure: 'a tap',
  unit: 'ms',
  floor: figureOf([floor]),
  product: figureOf([product]),
  goal: { kind: 'atMost', ratio: 1.5 },
});
const told = (...pairs: [number, number][]): string[] => {
  const row = spreadOf(pairs.map(([floor, product]) => judge(rowOf(floor, product))));
  return [describeRatio(row), describeMet(row)];
};

describe('a row over several whole runs', () => {
  it('says how many of them met its goal where they do not agree', () => {
    expect(told([10, 12], [10, 16], [20, 28])).toEqual(['1.40x (1.20-1.60)', '2 of 3']);
  });

  it('says yes or no where they do', () => {
    expect(told([10, 12], [10, 14])).toEqual(['1.30x (1.20-1.40)', 'yes']);
    expect(told([10, 16], [10, 18])).toEqual(['1.70x (1.60-1.80)', 'NO']);
  });

  it('has no ratio and no goal where the row is only told', () => {
    const row = spreadOf([judge({ measure: 'a hash', unit: 'ms', product: figureOf([30]) })]);
    expect([describeRatio(row), describeMet(row)]).toEqual(['-', '-']);
  });
});
