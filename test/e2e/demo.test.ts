import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
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
});
