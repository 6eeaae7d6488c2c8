import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FROM_SOURCES } from '../../support/botProcess.ts';
import { noneWaits } from '../../support/notices.ts';
import type { Product } from '../../support/product.ts';
import { newEnrolled, startReset } from '../../support/walks.ts';
import { startMeasured } from '../performance/measured.ts';
import { newPassword } from '../performance/newPassword.ts';
import { newSocket } from '../performance/program.ts';
import type { RunFunction } from './coverage.ts';

/** The functions that the bot ran for one tap, and its operations on the directory. */
export interface Tapped {
  readonly files: number;
  /** The functions with a name. */
  readonly functions: number;
  /** LDAP operations by name: `search`, `bind`, `modify`. */
  readonly operations: Readonly<Record<string, number>>;
}

interface Taken {
  readonly functions: ReadonlySet<string>;
  readonly operations: ReadonlyMap<string, number>;
}

const OPERATIONS = ['search', 'bind', 'modify'];
/** Code that runs for the first time also fills caches. */
const WARM_UP = 2;

/**
 * A `confirmCode` and a `setPassword` of as many resets, each by a manager of their own. The background
 * runs beside a tap: a function or an operation that some of the resets lack is not the tap's.
 */
export async function measureTaps(resets: number) {
  const socket = newSocket();
  const env = { BENCH_COVERAGE: socket };
  const { product, stop } = await startMeasured({ env, program: FROM_SOURCES }, [
    join(import.meta.dirname, 'coverage.ts'),
  ]);
  try {
    const codes: Taken[] = [];
    const passwords: Taken[] = [];
    for (let index = 0; index < WARM_UP + resets; index += 1) {
      const walker = await newEnrolled(product);
      await startReset(walker);
      const { chat, mobile } = walker;
      // Notices of the enrollment would take the tap's connection to the directory.
      await noneWaits(product);
      const password = newPassword();
      const inputs = { newPassword: password, confirmPassword: password };
      const code = await take(product, socket, () =>
        chat.tap('confirmCode', { code: product.code(mobile) }),
      );
      const write = await take(product, socket, () => chat.tap('setPassword', inputs));
      if (chat.shown !== 'reset.done') throw new Error(`a reset ended in ${chat.shown}`);
      if (index < WARM_UP) continue;
      codes.push(code);
      passwords.push(write);
    }
    return { confirmCode: summarize(codes), setPassword: summarize(passwords) };
  } finally {
    await stop();
  }
}

/** Takes the bot's coverage and the directory's own counts before and after some work. */
async function take(product: Product, socket: string, work: () => Promise<string>): Promise<Taken> {
  const { directory } = product;
  await readCoverage(socket);
  const before = new Map(directory.operations);
  await work();
  const operations = new Map(
    OPERATIONS.map((name) => [
      name,
      (directory.operations.get(name) ?? 0) - (before.get(name) ?? 0),
    ]),
  );
  const run = await readCoverage(socket);
  return {
    functions: new Set(run.map(({ file, name, offset }) => [file, name, offset].join('\n'))),
    operations,
  };
}

async function readCoverage(socket: string): Promise<RunFunction[]> {
  return JSON.parse(await text(connect(socket))) as RunFunction[];
}

function summarize(taken: readonly Taken[]): Tapped {
  const [first, ...others] = taken.map(({ functions }) => functions);
  const common = [...first!].filter((one) => others.every((other) => other.has(one)));
  const parts = common.map((one) => one.split('\n'));
  const countOf = (name: string) =>
    Math.min(...taken.map(({ operations }) => operations.get(name) ?? 0));
  return {
    files: new Set(parts.map(([file]) => file)).size,
    functions: parts.filter(([, name]) => name !== '').length,
    operations: Object.fromEntries(OPERATIONS.map((name) => [name, countOf(name)])),
  };
}
