/** `npm run docs:reliability`: runs the outages and writes the page from the table and its results. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../support/children.ts';
import { renderReport, REPORT, RESULTS } from '../e2e/outageReport.ts';
import type { Seen } from '../e2e/outageRounds.ts';
import { TABLE } from '../e2e/outageTable.ts';

await rm(RESULTS, { recursive: true, force: true });
await run(process.execPath, ['node_modules/jest/bin/jest.js', 'test/e2e/outagesOf'], {
  isShown: true,
});
const files = await readdir(RESULTS);
const results = await Promise.all(
  files.map(async (file) => JSON.parse(await readFile(join(RESULTS, file), 'utf8')) as Seen[]),
);
await mkdir('docs', { recursive: true });
await writeFile(REPORT, renderReport(TABLE, results.flat()));
process.stdout.write(`${REPORT} written\n`);
