import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { makeRelease, pack, uncommitted } from '../../release/archive.ts';
import { bundle } from '../../release/bundle.ts';
import { copyKept, filesOf, sha256 } from '../../release/contents.ts';
import { folderOfSuite, productOfSuite } from '../support/ofSuite.ts';
import { commandOf, PROJECT } from '../support/programs.ts';
import { walkMainJob } from '../walks/mainJob.ts';
import { imageOf } from './image.ts';

const exec = promisify(execFile);
const TIME = new Date('2026-11-29T00:00:00Z');
const folder = await folderOfSuite();

const archive = await makeRelease(PROJECT, folder, TIME);
await exec('tar', ['-xzf', archive, '-C', folder]);
const installed = archive.replace('.tar.gz', '');

const read = (path: string): Promise<string> => readFile(join(installed, path), 'utf8');

describe('a release', () => {
  it('holds what a host needs, and nothing for building and testing', async () => {
    expect((await readdir(installed)).sort()).toEqual(
      [
        ...['.containerignore', '.env.example', 'CHANGELOG.md', 'README.md', 'SECURITY.md'],
        ...['LICENSES.txt', 'SHA256SUMS', 'cards', 'deploy', 'dist', 'docs', 'package.json'],
        ...['package-lock.json', 'sbom.cdx.json'],
      ].sort(),
    );
  });

  it('has a checksum for itself and for each file', async () => {
    const [sum = '', name = ''] = (await readFile(`${archive}.sha256`, 'utf8')).trim().split('  ');
    expect(archive.endsWith(name)).toBe(true);
    expect(sum).toBe(sha256(await readFile(archive)));
    const { stdout } = await exec('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], {
      cwd: installed,
    });
    expect(stdout).toBe('');
    const listed = (await read('SHA256SUMS')).trim().split('\n');
    expect(listed.length).toBe((await filesOf(installed)).length - 1);
  });

  it('lists each package that it is made of, as CycloneDX, and has its terms', async () => {
    const bill = JSON.parse(await read('sbom.cdx.json')) as {
      readonly bomFormat: string;
      readonly components: readonly { readonly purl: string }[];
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    // An empty package stands under many names.
    const listed = new Set(
      bill.components.map(({ purl }) => decodeURIComponent(purl.replace('pkg:npm/', ''))),
    );
    const terms = await read('LICENSES.txt');
    const named = new Set(
      [...terms.matchAll(/^={80}\n(\S+) (\S+): /gm)].map(
        ([, name, version]) => `${name!}@${version!}`,
      ),
    );
    expect([...named].sort()).toEqual([...listed].sort());
    const sources = await packagesIn(join(installed, 'dist'));
    // The latter is required late, at the first reminder.
    expect([...sources]).toEqual(expect.arrayContaining(['botbuilder', 'date-holidays']));
    const { packages } = JSON.parse(await read('package-lock.json')) as {
      readonly packages: object;
    };
    const locked = new Set(
      Object.keys(packages).map((path) => path.split('node_modules/').at(-1)!),
    );
    expect([...sources].filter((name) => !locked.has(name))).toEqual([]);
    const sections = terms.split(/^={80}\n/m).slice(1);
    const empty = sections.filter((section) => section.split('\n').slice(1).join('').trim() === '');
    expect(empty.map((section) => section.split(' ')[0])).toEqual(['empty-npm-package']);
  });

  it('is bundled into the same bytes each time', async () => {
    const again = join(folder, 'dist');
    await bundle(PROJECT, again);
    expect(await filesOf(again)).toEqual(await filesOf(join(installed, 'dist')));
    for (const file of await filesOf(again)) {
      expect(await readFile(join(again, file), 'utf8')).toBe(await read(`dist/${file}`));
    }
  });

  it('has the rules of holidays in a file of their own, which no start reads', async () => {
    const file = 'date-holidays.js';
    const { default: Holidays } = (await import(join(installed, 'dist', file))) as {
      readonly default: new (country: string) => { isHoliday(date: Date): unknown };
    };
    expect(new Holidays('SE').isHoliday(new Date('2026-12-25T12:00:00Z'))).toBeTruthy();
    const callers = (await filesOf(join(installed, 'dist'))).filter((name) => name !== file);
    const naming = await Promise.all(callers.map((name) => read(`dist/${name}`)));
    const lines = naming.join('\n').split('\n');
    const [line = '', ...others] = lines.filter((text) => text.includes(`./${file}"`));
    expect(line).toMatch(/require\S*\("/);
    expect(others).toEqual([]);
  });

  it('is not made where something that it imports is missing', async () => {
    const source = join(folder, 'halv källa');
    await mkdir(join(source, 'src'), { recursive: true });
    await writeFile(join(source, 'src/admin.ts'), 'export {};');
    await writeFile(join(source, 'src/main.ts'), "import 'no-such-package';");
    await expect(bundle(source, join(source, 'dist'))).rejects.toThrow('no-such-package');
    expect(await readdir(source)).toEqual(['src']);
  });

  it('says its version', async () => {
    const [program = '', ...args] = commandOf('admin');
    const { stdout } = await exec(program, [...args, '--version'], { cwd: installed, env: {} });
    expect(archive).toContain(`-${stdout.trim()}.tar.gz`);
  });
});

/** The packages whose files are bundled, as the bundler notes them. */
async function packagesIn(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  for (const file of await filesOf(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(
      /^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\/.*\.[cm]?js$/gm,
    ))
      names.add(name!);
  }
  return names;
}

describe('making a release', () => {
  it('gives the same bytes for the same files, whatever their times and modes are', async () => {
    const [name, again] = ['cards', join(folder, 'again')];
    await cp(join(installed, name), join(again, name), { recursive: true });
    await utimes(join(again, name, 'home.json'), 1, 1);
    await chmod(join(again, name, 'help.json'), 0o600);
    const [one, two] = [join(folder, '1.tar.gz'), join(folder, '2.tar.gz')];
    await pack(installed, name, one, TIME);
    await pack(again, name, two, TIME);
    expect(sha256(await readFile(two))).toBe(sha256(await readFile(one)));
  });

  it('copies what git keeps, and no key or log that lies beside it', async () => {
    const [tree, copy] = [join(folder, 'kept'), join(folder, 'copy')];
    await mkdir(join(tree, 'deploy', 'å'), { recursive: true });
    const kept = ['.gitignore', 'README.md', 'deploy/bot.service', 'deploy/å/a b.sql'];
    for (const path of [...kept, 'deploy/bot.key', 'src.ts', 'deploy/unlisted']) {
      await writeFile(join(tree, path), path === '.gitignore' ? '*.key' : path);
    }
    await exec('git', ['init', '--quiet', tree]);
    await exec('git', ['add', ...kept, 'src.ts'], { cwd: tree });
    await copyKept(tree, copy, ['deploy', 'README.md']);
    expect(await filesOf(copy)).toEqual(['README.md', 'deploy/bot.service', 'deploy/å/a b.sql']);
  });

  it('asks for a tree in which all is committed', async () => {
    const tree = join(folder, 'tree');
    await exec('git', ['init', '--quiet', tree]);
    expect(await uncommitted(tree)).toEqual([]);
    await writeFile(join(tree, 'new.ts'), '');
    expect(await uncommitted(tree)).toEqual(['?? new.ts']);
    await exec('git', ['config', 'status.showUntrackedFiles', 'no'], { cwd: tree });
    expect(await uncommitted(tree)).toEqual(['?? new.ts']);
  });
});

/** The unpacked release, with files beside that belong to its host. */
async function contextOf(): Promise<string> {
  const context = join(folder, 'context');
  const paths = ['dist', 'cards', 'deploy', 'package.json', 'LICENSES.txt', '.containerignore'];
  for (const path of paths) {
    await cp(join(installed, path), join(context, path), { recursive: true });
  }
  await writeFile(join(context, '.env'), 'ENCRYPTION_KEYS=secret');
  return context;
}
const context = await contextOf();
const image = await imageOf(context, folder);

describe('the image of deploy/Containerfile', () => {
  it('holds the bot alone', async () => {
    const expected = (await filesOf(context)).filter((path) =>
      /^(?:dist|cards|package\.json|LICENSES\.txt)\b/.test(path),
    );
    expect(await filesOf(image.folder)).toEqual(expected);
  });

  it('is started by no root', () => {
    expect(image.user).toBe('node');
  });
});

const [, ...args] = image.command;
const product = await productOfSuite({
  env: { NODE_ENV: 'production' },
  program: { command: [process.execPath, ...args], folder: installed },
});

describe('an unpacked release, started as the image starts it', () => {
  walkMainJob(product);
});
