import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OUTAGES, type Outage } from '../support/outageRelay.ts';
import { startPostgres } from '../support/postgres.ts';
import type { Effects } from './outageEnds.ts';
import { openLane, type Lane } from './outageLanes.ts';
import { RESULTS } from './outageReport.ts';
import { runRound, STATE_MS, type Seen } from './outageRounds.ts';
import { TABLE, valueOf, type Part, type Row, type StepName } from './outageTable.ts';

/**
 * A turn must be answered within 5 s (requirement T9), which test/teams/working.test.ts holds for one bot by
 * itself. Here some share a process, and the machine with other suites.
 */
const ANSWER_MS = 7_500;
const SUITE_MS = 600_000;
/** Posts of one card while Teams takes it and loses the answer: after 2, 4 and 8 s, to two managers. */
const MAX_REPEATED_CARDS = 6;
/** The outages of one house, one after another; all houses at the same time. */
const LANES: Readonly<Record<Part, readonly (readonly Outage[])[]>> = {
  directory: [['blackHole'], ['slow'], ['refused', 'serverError', 'cut']],
  database: [['blackHole'], ['slow'], ['refused', 'serverError', 'cut']],
  connector: [
    ['blackHole', 'slow'],
    ['refused', 'serverError', 'cut'],
  ],
  login: [
    ['blackHole', 'slow'],
    ['refused', 'serverError', 'cut'],
  ],
  sms: [
    ['blackHole', 'slow'],
    ['refused', 'serverError', 'cut'],
  ],
};

const nameOf = (part: Part, outage: Outage, step: StepName): string => `${part} ${outage} ${step}`;

/** The effects of a flow of this step, whatever goes wrong on the way: each one once. */
function onceEach(step: StepName): Omit<Effects, 'noticeTexts' | 'noticeCards'> {
  const isReset = step === 'verify' || step === 'write' || step === 'notify';
  const isShared = step === 'notify';
  const flows = isReset ? 2 : 1;
  return {
    flows,
    codes: flows,
    accepted: flows,
    writes: isReset ? 1 : 0,
    hasLastPassword: true,
    // The first enrollment is told in the manager's own chat too.
    notices: 1 + (isShared ? 2 * flows : flows),
  };
}

/** Warnings that may be told twice: one whose arrival could not be noted is told again rather than lost. */
function toldAgain({ part, step }: Row): number {
  if (step !== 'notify') return 0;
  if (part === 'database') return 2;
  return part === 'connector' ? MAX_REPEATED_CARDS : 0;
}

/** Declares the tests of all outages of these parts. */
export function describeOutages(...parts: readonly Part[]): void {
  const seen = new Map<string, Seen>();
  const failures: string[] = [];

  async function runLane(lane: Lane, outages: readonly Outage[]): Promise<void> {
    const { part } = lane;
    const rows = TABLE.filter((row) => row.part === part);
    try {
      for (const outage of outages) {
        await runRound(lane, outage, rows, (cell) => {
          seen.set(nameOf(part, outage, cell.row.step), cell);
        });
      }
    } catch (error) {
      failures.push(`${part}, ${outages.join(', ')}: ${String(error)}`);
    } finally {
      await lane.stop();
    }
  }

  beforeAll(async () => {
    const postgres = parts.includes('database') ? await startPostgres() : undefined;
    try {
      const running: Promise<void>[] = [];
      for (const part of parts) {
        for (const outages of LANES[part]) {
          running.push(runLane(await openLane(part, postgres), outages));
        }
      }
      await Promise.all(running);
    } finally {
      await postgres?.stop();
    }
  }, SUITE_MS);

  afterAll(async () => {
    await mkdir(RESULTS, { recursive: true });
    await writeFile(join(RESULTS, `${parts.join('-')}.json`), JSON.stringify([...seen.values()]));
  });

  it('lets every round end', () => {
    expect(failures).toEqual([]);
  });

  for (const row of TABLE.filter(({ part }) => parts.includes(part))) {
    describe(`the ${row.part} at ${row.step}, from the ${row.begins} on`, () => {
      it.each(OUTAGES.map((outage) => [outage, valueOf(row.shows, outage)] as const))(
        '%s: shows %s, and the same flow goes on',
        (outage, shows) => {
          const cell = seen.get(nameOf(row.part, outage, row.step));
          expect(cell?.shows).toBe(shows);
          expect(cell?.goesOn).toBe(valueOf(row.goesOn, outage));
          expect(cell?.effects).toMatchObject(onceEach(row.step));
          const { notices, noticeTexts, noticeCards } = cell!.effects;
          expect(noticeTexts + noticeCards).toBeLessThanOrEqual(notices + toldAgain(row));
          expect(cell?.answerMs).toBeLessThan(ANSWER_MS);
          expect(cell?.stateMs).toBeLessThan(STATE_MS);
        },
      );
    });
  }
}
