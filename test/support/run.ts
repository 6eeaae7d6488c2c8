/** The test command: `npm test` runs everything, `npm run test:quick` what needs no server. */
import { resolve } from 'node:path';
import { run, stopChildrenOnSignals } from './children.ts';
import { runJest } from './jestRun.ts';
import { memoryFolder } from './memoryFolder.ts';
import { ensurePackages } from './packages.ts';
import { commandOf } from './programs.ts';
import { LEFT_OUT_OF_QUICK } from './suites.ts';

const CACHE = '.test-cache';
// The tests start the bot again and again, and much of a start is compilation.
process.env['NODE_COMPILE_CACHE'] ??= resolve(CACHE, 'node');
const inMemory = await memoryFolder();
if (inMemory !== undefined) process.env['TMPDIR'] ??= inMemory;
const isQuick = process.argv.includes('--quick');
const start = performance.now();

/** One check beside the tests: a program, its path below node_modules, that must exit 0. */
interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Left to the full run: what it finds changes no behaviour. */
  readonly isForFullRun?: true;
}

const CHECKS: readonly Check[] = [
  {
    name: 'types',
    program: 'typescript/bin/tsc',
    // Each further checker reads the libraries anew: the four of the default take twice the CPU.
    args: [
      ...['--noEmit', '--checkers', '1', '--incremental'],
      ...['--tsBuildInfoFile', `${CACHE}/types.tsbuildinfo`],
    ],
  },
  {
    name: 'lint',
    program: 'oxlint/bin/oxlint',
    args: ['--deny-warnings', '--report-unused-disable-directives', '--type-aware'],
    isForFullRun: true,
  },
  {
    name: 'unused',
    program: 'knip/bin/knip.js',
    args: ['--no-progress'],
    isForFullRun: true,
  },
  {
    name: 'format',
    program: 'prettier/bin/prettier.cjs',
    args: ['--check', '.', '--log-level', 'warn', '--cache', `--cache-location=${CACHE}/prettier`],
    isForFullRun: true,
  },
];
/** The compiler and the linter with types are in Go: without its collector they take a fifth less CPU and 90 MB more. */
const IN_GO = { GOGC: 'off' };
const BUILD: Check = { name: 'build', program: '../release/compile.ts', args: [] };

/** Runs a check and prints one line, and its output where it fails; true when it holds. */
async function holds({ name, program, args }: Check): Promise<boolean> {
  const began = performance.now();
  const { code, output } = await run(process.execPath, [`node_modules/${program}`, ...args], {
    isShown: false,
    env: IN_GO,
  });
  const time = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  process.stdout.write(`${name.padEnd(8)}${code === 0 ? 'ok' : 'FAILED'} (${time})\n`);
  if (code !== 0) process.stdout.write(`${output.trimEnd()}\n\n`);
  return code === 0;
}

async function countFailedChecks(): Promise<number> {
  const results = await Promise.all(
    CHECKS.filter(({ isForFullRun }) => !isQuick || !isForFullRun).map(holds),
  );
  if (!isQuick) results.push(await holds(BUILD));
  return results.filter((isGood) => !isGood).length;
}

/**
 * Compiles the bot's code for all its starts. Node keeps the compiled code when a process ends by itself,
 * as one without a configuration does at once; most bots of the tests are killed.
 */
async function compileOnce(): Promise<void> {
  const [program = '', ...args] = commandOf('start');
  await run(program, args, { isShown: false, env: { ENCRYPTION_KEYS: '' } });
}

async function main(): Promise<number> {
  stopChildrenOnSignals();
  if (!isQuick) {
    const problem = await ensurePackages();
    if (problem !== undefined) {
      process.stderr.write(`${problem}\n`);
      return 1;
    }
  }
  // The quick run does all at once; the full run keeps the machine free for tests that measure time.
  const checks = countFailedChecks();
  if (!isQuick) {
    await checks;
    await compileOnce();
  }
  // Suites of the full run wait for servers; of the quick run they compute, and each process loads all anew.
  const tests = await (isQuick ? runJest(2, LEFT_OUT_OF_QUICK) : runJest(3));
  let failed = await checks;
  if (tests === undefined) process.stdout.write('jest ended without a report\n');
  if (tests?.skipped) process.stdout.write(`${tests.skipped} skipped tests count as failed\n`);
  failed += tests === undefined || tests.passed + tests.failed === 0 ? 1 : tests.failed;

  process.stdout.write('\nSlowest test files\n');
  for (const { file, seconds } of tests?.slowest.slice(0, 5) ?? []) {
    process.stdout.write(`  ${seconds.toFixed(1).padStart(6)} s  ${file}\n`);
  }
  process.stdout.write(`Total ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  process.stdout.write(`${tests?.passed ?? 0} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
