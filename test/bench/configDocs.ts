/** `npm run docs:config`: writes the README's table and .env.example from the schema. */
import { readFile, writeFile } from 'node:fs/promises';
import { EXAMPLE, README, renderExample, withTable } from '../support/configDocs.ts';

await writeFile(README, withTable(await readFile(README, 'utf8')));
await writeFile(EXAMPLE, renderExample());
process.stdout.write(`${README} and ${EXAMPLE} written\n`);
