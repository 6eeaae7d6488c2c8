import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { endWithRun } from './children.ts';

export const PYTHON = '/usr/bin/python3';
export const SCRIPT = path.join(import.meta.dirname, 'samba-provision.py');

/** Samba's own tools on the files of one domain. */
export interface SambaTools {
  /** @throws Error with the tool's words where it fails */
  run(command: string, ...args: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

/** Starts the tools for the domain in that directory, which may be empty yet. */
export function startSambaTools(directory: string): SambaTools {
  const child = spawn(PYTHON, [SCRIPT, directory], { stdio: ['pipe', 'pipe', 'pipe'] });
  endWithRun(child, 'SIGTERM');
  const closed = once(child, 'close');
  let complaints = '';
  child.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  // One that has ended says so by giving no answer.
  child.stdin.on('error', () => undefined);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let before: Promise<unknown> = Promise.resolve();

  async function ask(command: readonly string[]): Promise<void> {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    const { done, value } = await answers.next();
    if (done === true) throw new Error(`Samba's tools have ended: ${complaints}`);
    const { error } = JSON.parse(value) as { readonly error?: string };
    if (error !== undefined) throw new Error(error);
  }

  return {
    run(...command) {
      const answered = before.then(() => ask(command));
      before = answered.catch(() => undefined);
      return answered;
    },
    async end() {
      child.stdin.end();
      await closed;
    },
  };
}
