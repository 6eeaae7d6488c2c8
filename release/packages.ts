import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';

/** The terms of a package, as its author has named the file, or the folder of several. */
const TERMS = /^(?:(?:un)?licen[sc]e|copying|copyright|notice)[^/]*(?:[/\\][^/\\]+)?$/i;
const README = /^readme/i;
const NOT_INSTALLED = ['devDependencies', 'optionalDependencies', 'prettier', 'jest', 'knip'];

const lockFile = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      devOptional: z.boolean().optional(),
    }),
  ),
});
const installedFile = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
});
const projectFile = z.record(z.string(), z.unknown());
const scriptsOfHost = z.object({ start: z.string(), admin: z.string() });

/**
 * Writes the package.json and package-lock.json of the packages that the programs are made of, and their
 * terms as LICENSES.txt.
 * @throws where a package is another one than package-lock.json says
 */
export async function describePackages(source: string, folder: string): Promise<void> {
  const lock = lockFile.parse(await readJson(join(source, 'package-lock.json')));
  const needed = Object.entries(lock.packages).filter(
    ([, { dev, optional, devOptional }]) => !(dev ?? optional ?? devOptional),
  );
  const terms: string[] = [];
  for (const [path, { version }] of needed) {
    if (path === '') continue;
    const installed = await readJson(join(source, path, 'package.json')).catch(() => ({}));
    const found = installedFile.parse(installed);
    if (found.version !== version)
      throw new Error(`${path} is not of package-lock.json: run npm ci`);
    terms.push(await termsOf(join(source, path), found));
  }
  await writeFile(join(folder, 'LICENSES.txt'), [...new Set(terms)].join('\n'));
  const project = projectFile.parse(await readJson(join(source, 'package.json')));
  const scripts = scriptsOfHost.parse(project['scripts']);
  await writeJson(join(folder, 'package.json'), {
    ...without(NOT_INSTALLED, project),
    scripts,
  });
  const packages = needed.map(([path, entry]) => [path, without(NOT_INSTALLED, entry)] as const);
  await writeJson(join(folder, 'package-lock.json'), {
    ...lock,
    packages: Object.fromEntries(packages),
  });
}

/** A package's name, its licence, and the texts of it; where they have no file, its README has them. */
async function termsOf(
  folder: string,
  { name = '', version = '', license = '' }: z.infer<typeof installedFile>,
): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const all = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => relative(folder, join(parentPath, file)))
    .sort();
  const named = all.filter((file) => TERMS.test(file));
  const files = named.length > 0 ? named : all.filter((file) => README.test(file));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return [`${'='.repeat(80)}\n${name} ${version}: ${license}\n`, ...texts].join('\n');
}

function without(names: readonly string[], value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
