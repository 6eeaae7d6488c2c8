import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { endWithRun } from './children.ts';

const run = promisify(execFile);
const CACHE = '.test-cache';

/** The superuser's password in each new cluster; its server listens on loopback while a test runs. */
export const SUPERUSER_PASSWORD = 'a-password-of-tests';

/** How PostgreSQL's programs run: in the server's own folder, as a user who is not root. */
export interface AsOwner {
  readonly cwd: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Makes a cluster's files, which takes a second of CPU; once for all suites, which copy it. */
export async function makeCluster(
  bin: string,
  data: string,
  passwordFile: string,
  owner: AsOwner,
): Promise<void> {
  const args = ['-U', 'postgres', '--auth=scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8'];
  const key = createHash('sha256').update([bin, owner.uid, SUPERUSER_PASSWORD, ...args].join());
  const made = resolve(CACHE, `postgres-${key.digest('hex').slice(0, 16)}`);
  if (await copyTree(made, data)) return;
  const into = ['-D', data, `--pwfile=${passwordFile}`, '--no-sync'];
  const making = run(join(bin, 'initdb'), [...into, ...args], owner);
  endWithRun(making.child, 'SIGTERM');
  await making;
  // Appears complete under its name: another suite may look at the same time.
  const copy = `${made}-${randomUUID()}`;
  await mkdir(CACHE, { recursive: true });
  await copyTree(data, copy);
  await rename(copy, made).catch(() => rm(copy, { recursive: true }));
}

/** Copies a folder with its owner and modes; false where there is none. */
async function copyTree(from: string, to: string): Promise<boolean> {
  return run('cp', ['-a', from, to]).then(
    () => true,
    () => false,
  );
}
