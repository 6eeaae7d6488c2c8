import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { renderReport, REPORT, withoutTimes } from './outageReport.ts';
import { PARTS, STEPS, TABLE } from './outageTable.ts';

describe('the table of outages', () => {
  it('has a row for every part at every step', () => {
    const rows = TABLE.map(({ part, step }) => `${part} ${step}`);
    expect(rows).toEqual(PARTS.flatMap((part) => STEPS.map((step) => `${part} ${step}`)));
  });

  it('is what docs/reliability.md shows (npm run docs:reliability writes it anew)', async () => {
    const committed = await readFile(REPORT, 'utf8');
    expect(withoutTimes(committed)).toBe(withoutTimes(renderReport(TABLE, [])));
  });
});
