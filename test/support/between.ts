import { expect } from '@jest/globals';

/** Clocks of two processes, and their digits, differ by less. */
const CLOCKS_MS = 1_500;

/** A time by another clock of an event between two moments by this one. */
export function expectBetween(at: number, before: number, after: number): void {
  expect(at).toBeGreaterThan(before - CLOCKS_MS);
  expect(at).toBeLessThan(after + CLOCKS_MS);
}
