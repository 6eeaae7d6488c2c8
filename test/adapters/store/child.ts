import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface NodeChild {
  /** Resolves once the child has printed the text. */
  said(text: string): Promise<void>;
  kill(): void;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

const running = new Set<ChildProcess>();

/** Ends the children that a failed test left running. */
export function endChildren(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Another process that runs the script, an ES module; `process.argv[1]` is the argument. */
export function startNode(script: string, argument: string): NodeChild {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, output }));
  return {
    async said(text) {
      while (!output.includes(text)) {
        await Promise.race([
          once(child.stdout, 'data'),
          ended.then(() => Promise.reject(new Error(`the child ended without '${text}'`))),
        ]);
      }
    },
    kill: () => child.kill('SIGKILL'),
    ended,
  };
}
