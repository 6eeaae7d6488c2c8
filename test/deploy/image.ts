import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { deployText } from './deployFile.ts';

const exec = promisify(execFile);
const inspected = z.object({
  OCIv1: z.object({ config: z.object({ Cmd: z.array(z.string()), User: z.string() }) }),
});

/** An image: what it starts, and where its files are here. */
export interface Image {
  readonly folder: string;
  readonly command: readonly string[];
  readonly user: string;
}

/** The image that deploy/Containerfile makes in a folder; where buildah is missing its instructions are followed. */
export async function imageOf(release: string, work: string): Promise<Image> {
  const hasBuildah = await exec('buildah', ['--version']).then(
    () => true,
    () => false,
  );
  return hasBuildah ? build(release, work) : follow(release, work);
}

/** By buildah, in a storage of its own, on an empty base: the Linux of the real one is fetched from its registry. */
async function build(release: string, work: string): Promise<Image> {
  const storage = ['--root', join(work, 'images'), '--runroot', join(work, 'containers')];
  const buildah = async (...args: string[]): Promise<string> => {
    const { stdout } = await exec('buildah', [...storage, '--storage-driver', 'vfs', ...args]);
    return stdout.trim();
  };
  const base = await buildah('from', 'scratch');
  await buildah('commit', '--quiet', '--rm', base, 'docker.io/library/node:24-slim');
  const file = join(release, 'deploy/Containerfile');
  const options = ['--quiet', '--pull=never', '--isolation', 'chroot', '--file', file];
  await buildah('build', ...options, '--tag', 'passwordbot', release);
  const container = await buildah('from', '--pull=never', 'passwordbot');
  const text = await buildah('inspect', '--type', 'image', 'passwordbot');
  const { Cmd: command, User: user } = inspected.parse(JSON.parse(text)).OCIv1.config;
  return { folder: join(await buildah('mount', container), 'app'), command, user };
}

/** Does what the instructions say. */
async function follow(release: string, work: string): Promise<Image> {
  const folder = join(work, 'image');
  const instructions = deployText('Containerfile')
    .split('\n')
    .flatMap((line) => {
      const [, name = '', argument = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
      return name === '' ? [] : [{ name, argument }];
    });
  const only = (wanted: string): string =>
    instructions.find(({ name }) => name === wanted)?.argument ?? '';
  for (const { name, argument } of instructions) {
    if (name !== 'COPY') continue;
    const [source = '', target = ''] = argument.split(' ');
    await cp(join(release, source), join(folder, target, target === '.' ? source : ''), {
      recursive: true,
    });
  }
  return {
    folder,
    command: z.array(z.string()).parse(JSON.parse(only('CMD'))),
    user: only('USER'),
  };
}
