import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { endWithRun } from '../support/children.ts';
import { freePort } from '../support/ports.ts';
import type { DemoProcess } from './demoProcess.ts';
import { startDemo } from './demoProcess.ts';

let demo: DemoProcess | undefined;
afterEach(async () => {
  await demo?.stop();
});

/** Ids of the processes that the demo started, by a part of their command line. */
function childrenOf(parent: number, part: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
        const isChild = rest.split(' ')[1] === String(parent);
        return isChild && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(part);
      } catch {
        return false; // it has ended meanwhile
      }
    });
}

describe('npm run demo', () => {
  it('greets in English with at most five lines', async () => {
    demo = await startDemo(['--english']);

    expect(demo.greeting).toEqual([
      `Open the chat in a browser: ${demo.chatUrl}`,
      'You are Åsa Lindberg (asa.lindberg@orebro.example) and answer for:',
      '  hemvardsgruppen, password Vinterstuga-58',
      '  nattpatrullen, password Gullregn-Trapp-31 (expired)',
      'Codes appear here, as lines with SMS. Press Ctrl-C to end. Reminder (other terminal): npm run -s demo:admin -- sweep',
    ]);
  });

  it.each(['dist/main.js', 'm365agentsplayground'])(
    'ends as a whole, with one line, when %s ends',
    async (part) => {
      demo = await startDemo(['--english']);
      const [child] = childrenOf(demo.pid, part);

      process.kill(child!, 'SIGKILL');
      expect(await demo.ended).toBe(1);
      expect(childrenOf(demo.pid, '')).toEqual([]);
      expect(demo.lines.slice(demo.greeting.length)).toEqual([
        expect.stringMatching(/^The (bot|chat) ended unexpectedly: .*SIGKILL/),
      ]);
      expect((await demo.stop()).left).toEqual([]);
    },
  );

  it.each(['', 'playground-Åsa', 'ca.pem', 'data'])(
    'leaves nothing behind, and says nothing, when it is ended as soon as its folder has "%s"',
    async (part) => {
      const temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
      const ports = ['--port', await freePort(), '--chat-port', await freePort()].map(String);
      const child = spawn(
        process.execPath,
        ['--import', './demo/preflight.js', 'demo/demo.ts', '--built', ...ports],
        { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] },
      );
      endWithRun(child, 'SIGINT');
      let said = '';
      for (const output of [child.stdout, child.stderr]) {
        output.on('data', (data: Buffer) => (said += data.toString()));
      }
      const made = (): boolean => {
        const [folder] = readdirSync(temporary).filter((name) => name.startsWith('password-bot'));
        return folder !== undefined && existsSync(join(temporary, folder, part));
      };
      while (!made() && child.exitCode === null) await pause(1);
      child.kill('SIGINT');
      // The pipes close when none of its children is left.
      await once(child, 'close');
      const left = readdirSync(temporary).filter((name) => name.startsWith('password-bot'));
      rmSync(temporary, { recursive: true });
      expect({ code: child.exitCode, said, left }).toEqual({ code: 0, said: '', left: [] });
    },
  );
});
