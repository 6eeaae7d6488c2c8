import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createLog } from '../../src/adapters/log.ts';
import { runCommand } from '../../src/admin/run.ts';
import type { Environment } from './parts.ts';
import { commandOf, PROJECT } from './programs.ts';

/** The result of a run of the administration. */
export interface AdminRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built administration as a process. */
export async function runAdminProcess(
  env: Environment,
  args: readonly string[],
): Promise<AdminRun> {
  const [program = '', ...rest] = commandOf('admin');
  const child = spawn(program, [...rest, ...args], {
    cwd: PROJECT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/**
 * Runs the administration in the test's process, which takes a hundredth of the time.
 * @param warned called when it says something on standard error
 */
export async function runAdminHere(
  env: Environment,
  args: readonly string[],
  warned?: () => void,
): Promise<AdminRun> {
  let stdout = '';
  let stderr = '';
  const err = (text: string): void => {
    stderr += text;
    warned?.();
  };
  const code = await runCommand(args, {
    env,
    log: createLog('warn', { write: err }),
    out(text) {
      stdout += text;
      return Promise.resolve();
    },
    err,
  });
  return { code, stdout, stderr };
}

/** A bot's world. */
interface Administered {
  runAdmin(args: readonly string[], env?: Environment): Promise<AdminRun>;
}

/** A run with `--json`: the one value on standard output. */
export async function adminJson<T>(
  world: Administered,
  args: readonly string[],
  env: Environment = {},
): Promise<{ readonly code: number | null; readonly value: T }> {
  const { code, stdout } = await world.runAdmin([...args, '--json'], env);
  return { code, value: JSON.parse(stdout) as T };
}
