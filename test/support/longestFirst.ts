import { statSync } from 'node:fs';
import { relative } from 'node:path';

/** The fields of a suite that are read here. */
interface Suite {
  readonly path: string;
}

/** Suites that take or wait longest, longest first. A fresh clone has no times of its own. */
const LONGEST = [
  'test/e2e/crowd.test.ts',
  'test/e2e/crashes.test.ts',
  'test/e2e/instances.test.ts',
  'test/e2e/deskWalk.test.ts',
  'test/e2e/walk.test.ts',
  'test/adapters/store/postgres.test.ts',
  'test/e2e/outagesOfDatabase.test.ts',
  'test/e2e/crash.test.ts',
  'test/e2e/walksOfCards.test.ts',
  'test/cards/accessibility.test.ts',
  'test/bench/longRuns.test.ts',
  'test/e2e/restore.test.ts',
  'test/e2e/walksOfNumbers.test.ts',
  'test/adapters/ldap/samba.test.ts',
  'test/e2e/races.test.ts',
  'test/deploy/release.test.ts',
  'test/e2e/faults.test.ts',
  'test/e2e/stalled.test.ts',
  'test/bench/performance.test.ts',
  'test/e2e/operation.test.ts',
  'test/e2e/demo.test.ts',
  'test/walks/onTwoInstances.test.ts',
  'test/e2e/outagesOfDirectory.test.ts',
  'test/walks/onDeskOutages.test.ts',
  'test/e2e/walksOfDesk.test.ts',
  'test/e2e/outagesOfSms.test.ts',
  'test/cards/references.test.ts',
  'test/e2e/floods.test.ts',
  ...['Desk', 'Cards', 'Others', 'Numbers', 'Codes', 'Reminder'].map(
    (group) => `test/walks/door${group}.test.ts`,
  ),
];

/** The order in which jest runs the suites: the longest first, the rest by the length of their files. */
class LongestFirst {
  sort<T extends Suite>(suites: readonly T[]): T[] {
    return suites
      .map((suite) => {
        const at = LONGEST.indexOf(relative(process.cwd(), suite.path));
        const size = statSync(suite.path).size;
        return { suite, rank: at < 0 ? LONGEST.length : at, size };
      })
      .sort((one, other) => one.rank - other.rank || other.size - one.size)
      .map(({ suite }) => suite);
  }

  /** The list above already has the times that jest reports. */
  cacheResults(): void {
    // Nothing to keep.
  }
}

export { LongestFirst as default };
