import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithRun } from '../../../support/children.ts';
import { freePort } from '../../../support/ports.ts';
import { startProduct } from '../../../support/product.ts';
import { PROJECT } from '../../../support/programs.ts';
import type { Extent } from '../extent.ts';
import { pairedRow, type Row } from '../figures.ts';
import { interleave } from '../windows.ts';

const MAIN = join(PROJECT, 'dist/main.js');
const IMPORTED = /^import (?!type )[^;]*? from '([^.'][^']*)'/gm;
const FLOOR = join(import.meta.dirname, '../floor/start.ts');
const LOOK_EVERY_MS = 4;

/** From the start of the process to the first 200, against loading the same packages and listening. */
export async function startRows({ windows }: Extent): Promise<Row[]> {
  const product = await startProduct({ env: { NODE_ENV: 'production' } });
  try {
    await product.end();
    const packages = await packagesOf(join(PROJECT, 'src'));
    const { floor, product: measured } = await interleave(
      windows,
      () => timeToReady(FLOOR, (port) => ({ BENCH_SETTINGS: JSON.stringify({ packages, port }) })),
      () => timeToReady(MAIN, (port) => ({ ...product.env, PORT: String(port) })),
    );
    return [
      pairedRow(
        {
          measure: 'start to first 200 on /readyz',
          unit: 'ms',
          goal: { kind: 'atMost', ratio: 1.4 },
        },
        floor,
        measured,
      ),
    ];
  } finally {
    await product.stop();
  }
}

/** The packages that the bot's files import; the administration is another program. */
async function packagesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const names = new Set<string>();
  for (const file of files) {
    if (!file.endsWith('.ts') || /^admin/.test(file)) continue;
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(IMPORTED)) names.add(name!);
  }
  return [...names];
}

async function timeToReady(
  file: string,
  envOf: (port: number) => Readonly<Record<string, string>>,
): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const child = spawn(process.execPath, [file], { env: envOf(port), stdio: 'ignore' });
  endWithRun(child, 'SIGKILL');
  const ended = once(child, 'exit');
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${String(child.exitCode)}`);
    await pause(LOOK_EVERY_MS);
  }
  const took = performance.now() - began;
  child.kill('SIGKILL');
  await ended;
  return took;
}

function isReady(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  }).on('error', () => {
    resolve(false);
  });
  return promise;
}
