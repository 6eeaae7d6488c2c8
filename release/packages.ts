import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Types and maps: for programmers, never loaded, and half of all bytes of the packages. */
const NEVER_LOADED = /\.(?:[cm]?ts|map|tsbuildinfo)$/;
/** A library's bundles for browsers, beside the modules that the report loads. */
const FOR_BROWSERS = /node_modules\/(?:echarts|zrender)\/(?:asset|dist|extension|i18n|theme)$/;
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
const projectFile = z.record(z.string(), z.unknown());
const scriptsOfHost = z.object({ start: z.string(), admin: z.string() });

/**
 * Copies the packages that the bot runs with, and writes the package.json and package-lock.json of these alone.
 * @throws where a package is another one than package-lock.json says
 */
export async function copyPackages(source: string, folder: string): Promise<void> {
  const lock = lockFile.parse(await readJson(join(source, 'package-lock.json')));
  const needed = Object.entries(lock.packages).filter(
    ([, { dev, optional, devOptional }]) => !(dev ?? optional ?? devOptional),
  );
  for (const [path, { version }] of needed) {
    if (path === '') continue;
    const installed = await readJson(join(source, path, 'package.json')).catch(() => ({}));
    const { version: found } = z.object({ version: z.string().optional() }).parse(installed);
    if (found !== version) throw new Error(`${path} is not of package-lock.json: run npm ci`);
    // A package within a package has a line of its own in the lock file.
    await cp(join(source, path), join(folder, path), {
      recursive: true,
      filter: (file) =>
        !NEVER_LOADED.test(file) &&
        !FOR_BROWSERS.test(file) &&
        file !== join(source, path, 'node_modules'),
    });
  }
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

function without(names: readonly string[], value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
