/**
 * Loaded before a measured program (`node --import`): answers on a Unix socket with the process's own
 * figures. The program is not changed by it and need not know of it.
 */
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import type { Reading } from './probed.ts';

const NS_PER_MS = 1e6;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
// It looks each ms, which takes 3 % of a core: on request only.
const delay = monitorEventLoopDelay({ resolution: 1 });

function read(how: string): Reading {
  if (how === 'collected') for (let round = 0; round < 3; round += 1) collect();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const reading = {
    cpuUs: user + system,
    rss,
    heap: heapUsed + external,
    peakRss: process.resourceUsage().maxRSS * 1024,
    delayMs: delay.max / NS_PER_MS,
  };
  delay.disable();
  delay.reset();
  if (how === 'watched') delay.enable();
  return reading;
}

const path = process.env['BENCH_PROBE'];
// A worker thread of the program inherits the preload, but not the socket.
if (path !== undefined && isMainThread) {
  // The bot becomes itself anew at its start: this may be the second time.
  rmSync(path, { force: true });
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (asked) => {
      socket.end(JSON.stringify(read(asked.toString())));
    });
  })
    .listen(path)
    .unref();
}
