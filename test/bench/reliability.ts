/** `npm run docs:reliability`: runs the outages and writes the page from the table and its results. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { run } from '../support/children.ts';
import { renderReport, REPORT, RESULTS } from '../e2e/outageReport.ts';
import type { Seen } from '../e2e/outageRounds.ts';
import { TABLE } from '../e2e/outageTable.ts';

await run(process.execPath, ['node_modules/jest/bin/jest.js', 'test/e2e/outages.test.ts'], {
  isShown: true,
});
const results = JSON.parse(await readFile(RESULTS, 'utf8')) as Seen[];
await mkdir('docs', { recursive: true });
await writeFile(REPORT, renderReport(TABLE, results));
process.stdout.write(`${REPORT} written\n`);
