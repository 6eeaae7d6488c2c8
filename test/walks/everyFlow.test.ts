import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { LEFT_OUT_OF_QUICK } from '../support/suites.ts';
import { GROUPS, LEFT_OUT_OF_DOORS } from './everyFlow.ts';

/** The suites that walk the groups, by the beginning of their files' names. */
const WAYS = [
  { folder: import.meta.dirname, files: /^door\w+\.test\.ts$/, leftOut: LEFT_OUT_OF_DOORS },
  { folder: join(import.meta.dirname, '../e2e'), files: /^walksOf\w+\.test\.ts$/ },
];

it.each(WAYS)('every group of walks is walked in a suite $files', ({ folder, files, leftOut }) => {
  const suites = readdirSync(folder)
    .filter((name) => files.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const missing = GROUPS.filter((group) => !suites.some((text) => text.includes(`, '${group}')`)));
  expect(missing).toEqual(leftOut ?? []);
});

it('the quick run leaves out suites that there are', () => {
  const suites = globSync('test/**/*.test.ts').map((path) => `/${path}`);
  // Each name of a pattern by itself: a suite that was renamed would come back unseen.
  const patterns = LEFT_OUT_OF_QUICK.flatMap((pattern) =>
    (/\(\?:([^)]*)\)/.exec(pattern)?.[1] ?? '')
      .split('|')
      .map((name) => pattern.replace(/\(\?:[^)]*\)/, name)),
  );
  const gone = patterns.filter((pattern) => !suites.some((path) => RegExp(pattern).test(path)));
  expect(gone).toEqual([]);
});
