import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const GUIDE = path.join(import.meta.dirname, '../../docs/setup.md');

/** The one block of the guide for installers that begins with these words, as it stands there. */
export function guideBlock(beginning: string): string {
  const text = readFileSync(GUIDE, 'utf8').replaceAll('\r\n', '\n');
  const blocks = [...text.matchAll(/^( *)```\w*\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
  const found = blocks.filter((block) => block.startsWith(beginning));
  const [block] = found;
  if (block === undefined || found.length > 1) {
    throw new Error(`${String(found.length)} blocks of the guide begin with ${beginning}`);
  }
  return block;
}

/** Runs a block in a shell, with functions and variables before it; gives both outputs. */
export async function runBlock(block: string, before = ''): Promise<string> {
  const { stdout, stderr } = await run('/bin/bash', ['-eu', '-c', `${before}\n${block}`]);
  return stdout + stderr;
}
