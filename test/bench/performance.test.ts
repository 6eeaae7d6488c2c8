import { describe, expect, it } from '@jest/globals';
import { run } from '../support/children.ts';

interface Printed {
  readonly rows: readonly {
    readonly measure: string;
    readonly product: { readonly median: number };
    readonly ratio?: number;
    readonly isMet?: boolean;
  }[];
}

describe('the benchmark', () => {
  // Ratios are printed and never judged here: a noisy machine must not fail a build.
  it('measures every row and prints its ratio', async () => {
    const { code, output } = await run(
      process.execPath,
      ['test/bench/performance.ts', '--quick', '--json'],
      // A start is measured with all that it takes.
      { isShown: false, env: { NODE_COMPILE_CACHE: '' } },
    );
    if (code !== 0) throw new Error(`the benchmark broke:\n${output}`);
    const { rows } = JSON.parse(output.slice(output.indexOf('{'))) as Printed;
    for (const { measure, product, ratio } of rows) {
      expect([measure, Number.isFinite(product.median)]).toEqual([measure, true]);
      if (ratio !== undefined)
        process.stdout.write(`${ratio.toFixed(2).padStart(6)}x  ${measure}\n`);
    }
    expect(rows.filter(({ ratio }) => ratio !== undefined).length).toBeGreaterThan(15);
  }, 600_000);
});
