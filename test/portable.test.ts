import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';

const SRC = join(import.meta.dirname, '../src');
/** Windows knows SIGINT, SIGTERM and SIGHUP by name; a listener for SIGUSR1 is never called there. */
const POSIX_ONLY = [
  /'SIG(?!INT|TERM|HUP|USR1)[A-Z0-9]+'/,
  /process\.(?:get|set)e?[ug]id\(/,
  /['"`]\/(?:bin|dev|etc|proc|run|tmp|usr|var)\b/,
  /'node:child_process'/,
];

it.each([
  "process.on('SIGUSR2', reload)",
  'process.getuid()',
  "readFileSync('/proc/self/status')",
  "import { exec } from 'node:child_process';",
])('the rule finds %s', (line) => {
  expect(POSIX_ONLY.some((pattern) => pattern.test(line))).toBe(true);
});

it('the sources take nothing for granted that only POSIX has', () => {
  const found = globSync('**/*.ts', { cwd: SRC }).flatMap((path) => {
    const lines = readFileSync(join(SRC, path), 'utf8').split('\n');
    return lines
      .filter((line) => !/^\s*(?:\/\/|\/?\*|example:)/.test(line))
      .filter((line) => POSIX_ONLY.some((pattern) => pattern.test(line)))
      .map((line) => `${path}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});
