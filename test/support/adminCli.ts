import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from './world.ts';

const ADMIN = join(import.meta.dirname, '../../dist/admin.js');

/** What a run of the administration left. */
export interface AdminRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built administration with the bot's configuration, beside it. */
export async function admin(
  product: Pick<World, 'env'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<AdminRun> {
  const child = spawn(process.execPath, [ADMIN, ...args], {
    env: { ...product.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** The same with `--json`: the one value on standard output. */
export async function adminJson<T>(
  product: Pick<World, 'env'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly value: T }> {
  const { code, stdout } = await admin(product, [...args, '--json'], env);
  return { code, value: JSON.parse(stdout) as T };
}
