import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { run } from './children.ts';

/** The result of a run of jest. Suites that could not run and skipped tests count as failed. */
export interface JestResult {
  readonly passed: number;
  readonly failed: number;
  /** Skipped ones among the failed. */
  readonly skipped: number;
  /** Test files, slowest first, with their time in seconds. */
  readonly slowest: readonly { readonly file: string; readonly seconds: number }[];
}

/** The part of jest's JSON report that is read here. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

/** Runs jest in so many processes, with its own output shown; undefined when it ended without a report. */
export async function runJest(
  workers: number,
  ignored: readonly string[] = [],
): Promise<JestResult | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'jest-report-'));
  const report = join(folder, 'report.json');
  try {
    await run(
      process.execPath,
      [
        'node_modules/jest/bin/jest.js',
        `--maxWorkers=${String(workers)}`,
        '--json',
        `--outputFile=${report}`,
        ...ignored.map((pattern) => `--testPathIgnorePatterns=${pattern}`),
      ],
      { isShown: true },
    );
    return summarise(JSON.parse(await readFile(report, 'utf8')) as Report);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summarise(report: Report): JestResult {
  const skipped = report.numPendingTests + report.numTodoTests;
  const slowest = report.testResults
    .map(({ name, startTime, endTime }) => ({
      file: relative(process.cwd(), name),
      seconds: (endTime - startTime) / 1000,
    }))
    .sort((one, other) => other.seconds - one.seconds);
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites + skipped;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped,
    slowest,
  };
}
