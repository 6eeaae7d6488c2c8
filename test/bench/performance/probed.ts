import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * A process's figures about itself; bytes, and the longest stop of its event loop since the last reading.
 */
export interface Reading {
  /** User and system time so far, µs. */
  readonly cpuUs: number;
  readonly rss: number;
  /** The used heap and the memory outside that belongs to it. */
  readonly heap: number;
  readonly peakRss: number;
  readonly delayMs: number;
}

/** The way to start a program so that its figures can be read. */
export function probedBy(socket: string): { NODE_OPTIONS: string; BENCH_PROBE: string } {
  return { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'probe.ts')}`, BENCH_PROBE: socket };
}

/** Asks the process behind the socket; `collected`: after its garbage is gone, `watched`: its stops count until the next. */
export async function readProcess(
  socket: string,
  how: 'asItIs' | 'collected' | 'watched' = 'asItIs',
) {
  const connection = connect(socket);
  connection.write(how);
  return JSON.parse(await text(connection)) as Reading;
}
