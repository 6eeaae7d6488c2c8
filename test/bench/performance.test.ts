import { describe, expect, it } from '@jest/globals';
import type { HouseRow } from './house/table.ts';
import { run } from '../support/children.ts';

interface Printed {
  readonly rows: readonly {
    readonly measure: string;
    readonly product: { readonly median: number };
    readonly ratio: number;
  }[];
}

const bench = (...args: readonly string[]) =>
  run(process.execPath, ['test/bench/performance.ts', ...args], { isShown: false });

describe('the benchmark', () => {
  // Two groups of rows with next to no work: their figures mean nothing, and are judged nowhere.
  it('starts its floor and the bot, compares their cards and prints each row with its ratio', async () => {
    const { code, output } = await bench('--tiny', '--json', '--only', 'taps');
    if (code !== 0) throw new Error(`the benchmark broke:\n${output}`);
    const { rows } = JSON.parse(output.slice(output.indexOf('{'))) as Printed;
    expect(rows.map(({ measure }) => measure)).toEqual([
      'CPU per tap, SQLite',
      'taps/s at 2 connections, SQLite',
      'p99 at 2 connections, SQLite',
      'CPU per tap, SQLite; the floor without roster and message',
    ]);
    for (const { product, ratio } of rows) {
      expect([product.median > 0, ratio > 0]).toEqual([true, true]);
    }
  });

  it('replays the parts of a reset against both directories', async () => {
    const { code, output } = await bench('--tiny', '--json', '--only', 'resets');
    if (code !== 0) throw new Error(`the benchmark broke:\n${output}`);
    const { rows } = JSON.parse(output.slice(output.indexOf('{'))) as Printed;
    expect(rows.map(({ ratio }) => ratio > 0)).toEqual([true, true, true]);
  });

  it('counts our functions and the LDAP operations of a tap, and sizes up the sources', async () => {
    const { code, output } = await bench('--tiny', '--json', '--only', 'tap');
    if (code !== 0) throw new Error(`the benchmark broke:\n${output}`);
    const { rows } = JSON.parse(output.slice(output.indexOf('{'))) as { rows: HouseRow[] };
    const now = Object.fromEntries(rows.map((row) => [row.measure, row.now]));
    const [files = 0, functions = 0] = now['our files, functions of a setPassword'] ?? [];
    expect(files > 20 && functions > files).toBe(true);
    // The service account's bind, the proof by the new password, and the write.
    expect(now['searches, binds, writes of a setPassword']?.slice(1)).toEqual([2, 1]);
    expect(
      rows.every(
        ({ before, wanted, now }) => new Set([before.length, wanted.length, now.length]).size === 1,
      ),
    ).toBe(true);
  });

  it('refuses a group of rows that it does not have', async () => {
    const { code, output } = await bench('--only', 'nothing');
    expect(code).not.toBe(0);
    expect(output).toContain('--only takes one of taps, postgresTaps, ');
  });
});
