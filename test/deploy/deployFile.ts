import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a file stands that an administrator copies. */
export function deployPath(name: string): string {
  return join(import.meta.dirname, '../../deploy', name);
}

/** Its text, with the values of this machine in place of its own; each of them has to be there. */
export function deployText(name: string, values: Readonly<Record<string, string>> = {}): string {
  let text = readFileSync(deployPath(name), 'utf8');
  for (const [own, here] of Object.entries(values)) {
    if (!text.includes(own)) throw new Error(`${name} has no "${own}"`);
    text = text.replaceAll(own, here);
  }
  return text;
}
