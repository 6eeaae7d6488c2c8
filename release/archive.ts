import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { putContents, sha256 } from './contents.ts';

const exec = promisify(execFile);

/** Lines of `git status`: each is a reason to make no release. */
export async function uncommitted(source: string): Promise<string[]> {
  // The person's own settings may hide new files.
  const asked = ['status', '--porcelain', '--untracked-files=normal'];
  const { stdout } = await exec('git', asked, { cwd: source });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The time of the last commit, which all files of a release bear. */
export async function commitTime(source: string): Promise<Date> {
  const { stdout } = await exec('git', ['log', '-1', '--format=%ct'], { cwd: source });
  return new Date(Number(stdout) * 1000);
}

/** Makes the archive of a source folder, with its checksum beside it; gives its path. */
export async function makeRelease(source: string, to: string, time: Date): Promise<string> {
  const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  const name = `passwordbot-${version}`;
  const work = await mkdtemp(join(tmpdir(), 'passwordbot-release-'));
  try {
    await putContents(source, join(work, name), time);
    const archive = join(to, `${name}.tar.gz`);
    await pack(work, name, archive, time);
    const sum = `${sha256(await readFile(archive))}  ${basename(archive)}\n`;
    await writeFile(`${archive}.sha256`, sum);
    return archive;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The same bytes for the same files: sorted, of one time, of nobody. Takes GNU tar. */
export async function pack(
  parent: string,
  name: string,
  archive: string,
  time: Date,
): Promise<void> {
  const tar = spawn(
    'tar',
    [
      '--create',
      '--format=gnu',
      '--sort=name',
      `--mtime=@${String(time.getTime() / 1000)}`,
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      name,
    ],
    { cwd: parent, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(tar, 'close');
  await pipeline(tar.stdout, createGzip(), createWriteStream(archive));
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error('GNU tar could not pack the release');
}
