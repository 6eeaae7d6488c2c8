import { randomInt } from 'node:crypto';
import { isFree } from '../../demo/ports.ts';

/**
 * Below the ports that the system hands out by itself, to servers and to outgoing connections (Linux: from
 * 32768): between the check and the use no other process of the same run gets one of these.
 */
const FIRST = 20_000;
/** For each of the processes that run tests at once. */
const PORTS = 500;
const PROCESSES = 24;

const first = FIRST + (Number(process.env['JEST_WORKER_ID'] ?? 0) % PROCESSES) * PORTS;
let taken = randomInt(PORTS);

/** A port of loopback that is free, and that no other call is given soon. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    taken += 1;
    const port = first + (taken % PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${String(first)} on`);
}
