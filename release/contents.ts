import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { bundle } from './bundle.ts';
import { describePackages, writeJson } from './packages.ts';

const exec = promisify(execFile);

/** Copied as they are committed; README.md and docs are what an administrator reads. */
const COPIED = [
  'cards',
  'deploy',
  'docs',
  '.containerignore',
  '.env.example',
  'CHANGELOG.md',
  'README.md',
  'SECURITY.md',
];
const MAX_BILL_BYTES = 64 * 1024 * 1024;

/** Puts everything that a host needs beside Node.js into an empty folder. */
export async function putContents(source: string, folder: string, time: Date): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyKept(source, folder, COPIED);
  await bundle(source, join(folder, 'dist'));
  await describePackages(source, folder);
  await writeJson(join(folder, 'sbom.cdx.json'), await bill(folder, time));
  await writeFile(join(folder, 'SHA256SUMS'), await checksums(folder));
}

/** Copies the files and folders as far as they are committed: a key or a log may lie beside them. */
export async function copyKept(
  source: string,
  folder: string,
  paths: readonly string[],
): Promise<void> {
  const { stdout } = await exec('git', ['ls-files', '-z', '--', ...paths], { cwd: source });
  for (const path of stdout.split('\0')) {
    if (path !== '') await cp(join(source, path), join(folder, path));
  }
}

/** npm's list of the packages, without what differs from run to run. */
async function bill(folder: string, time: Date): Promise<unknown> {
  const asked = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
  // The npm that runs this, by the same Node.js.
  const program = process.env['npm_execpath'];
  const [file, args] =
    program === undefined ? ['npm', asked] : [process.execPath, [program, ...asked]];
  const { stdout } = await exec(file, args, { cwd: folder, maxBuffer: MAX_BILL_BYTES });
  const found = z.looseObject({ metadata: z.looseObject({}) }).parse(JSON.parse(stdout));
  const metadata = { ...found.metadata, timestamp: time.toISOString() };
  const hash = sha256(JSON.stringify({ ...found, metadata, serialNumber: '' }));
  // The form of a UUID of one's own making (RFC 9562 5.8).
  const uuid = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  return { ...found, serialNumber: `urn:uuid:${uuid}`, metadata };
}

/** One line a file, as `sha256sum --check` reads them. */
async function checksums(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const path of await filesOf(folder)) {
    lines.push(`${sha256(await readFile(join(folder, path)))}  ${path}\n`);
  }
  return lines.join('');
}

/** The paths of all files below the folder, in one order on every machine. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
