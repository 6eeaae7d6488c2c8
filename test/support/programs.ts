import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder in which the scripts of package.json run. */
export const PROJECT = join(import.meta.dirname, '../..');

/** The command of a script of package.json, by this Node.js, so that tests start what `npm run` starts. */
export function commandOf(script: 'start' | 'admin'): string[] {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const [program, ...args] = scripts[script]?.split(' ') ?? [];
  if (program !== 'node') throw new Error(`the script ${script} starts no Node.js`);
  return [process.execPath, ...args];
}
