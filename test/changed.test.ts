import { mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { changedSince, FOLDERS } from './support/changed.ts';
import { folderOfSuite } from './support/ofSuite.ts';

const root = await folderOfSuite();
const stamp = join(root, 'held');
const PAST = new Date(Date.now() - 60_000);

const [kept, touched, setting] = ['src/kept.ts', 'src/touched.ts', 'tsconfig.json'];
/** A house as it was when the checks held. */
async function settle(): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
  for (const file of [kept, touched, setting, 'docs.md']) await writeFile(join(root, file), '');
  for (const path of [kept, touched, setting, 'docs.md', ...FOLDERS]) {
    await utimes(join(root, path), PAST, PAST);
  }
  await writeFile(stamp, '');
}

it('a check that held looks at the sources that have changed since, and at no text', async () => {
  await settle();
  expect(await changedSince(stamp, root)).toEqual([]);
  for (const file of [touched, 'docs.md']) await writeFile(join(root, file), 'changed');
  expect(await changedSince(stamp, root)).toEqual([touched]);
});

it('a check looks at everything where it never held, by other settings, or where files came or went', async () => {
  await settle();
  expect(await changedSince(join(root, 'never'), root)).toBeUndefined();
  await writeFile(join(root, setting), '{}');
  expect(await changedSince(stamp, root)).toBeUndefined();
  await settle();
  await rm(join(root, kept));
  expect(await changedSince(stamp, root)).toBeUndefined();
  await settle();
  await writeFile(join(root, 'cards/new.json'), '{}');
  expect(await changedSince(stamp, root)).toBeUndefined();
});
