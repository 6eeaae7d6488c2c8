import process from 'node:process';
import { join } from 'node:path';
import { commitTime, makeRelease, uncommitted } from './archive.ts';

const PROJECT = join(import.meta.dirname, '..');

// `npm run release`: the archive that a host installs, beside this file.
const changes = await uncommitted(PROJECT);
if (changes.length > 0) {
  const list = changes.join('\n');
  process.stderr.write(`A release is made of what is committed; this is not:\n${list}\n`);
  process.exitCode = 1;
} else {
  const archive = await makeRelease(PROJECT, import.meta.dirname, await commitTime(PROJECT));
  process.stdout.write(`${archive}\n`);
}
