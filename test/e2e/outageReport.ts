import { OUTAGES, type Outage } from '../support/outageRelay.ts';
import type { Seen } from './outageRounds.ts';
import { CONNECTOR_OUTAGES, DESK_STEPS, DIRECTORY_OUTAGES } from '../walks/deskOutageTable.ts';
import { PARTS, valueOf, type Part, type Row } from './outageTable.ts';

/** The folder for the measurements of the suites' last run, a file for each. */
export const RESULTS = '.test-cache/outages';
/** The committed copy of the table. */
export const REPORT = 'docs/reliability.md';

const PART_NAMES: Readonly<Record<Part, string>> = {
  directory: 'The directory is gone',
  sms: 'The SMS service is gone',
  database: 'The database is gone',
  connector: 'Teams’ connector is gone',
  login: 'Microsoft’s login is gone',
};
const OUTAGE_NAMES: Readonly<Record<Outage, string>> = {
  refused: 'refused',
  serverError: 'server error',
  cut: 'cut in mid-answer',
  blackHole: 'black hole',
  slow: 'slow (20 s)',
};
const STEP_NAMES: Readonly<Record<Row['step'], string>> = {
  start: 'start (`enroll` on home)',
  proof: 'proof of the current password',
  send: 'sending a code',
  verify: 'checking a code',
  write: 'writing the password',
  notify: 'telling of it',
};
const BEGINS: Readonly<Record<Row['begins'], string>> = {
  tap: 'before the tap',
  effect: 'when the request has arrived',
  after: 'after the answer',
};

const INTRO = `# When a part is gone

Written by \`npm run docs:reliability\` from the table in \`test/e2e/outageTable.ts\`, which
\`test/e2e/outageSuite.ts\` holds the bot to. Do not change it by hand.

Every cell is one manager in the middle of a flow. The table shows the card that they see during the
outage, with the time in which the last run of the suite saw it, and the cards that lead on to the
flow's end when the part is back. In every cell the channel is answered within 5 s, the card names a
defined state within 15 s, each SMS with a code is sent once, each password is written once, a code
that was accepted is not asked for again, and what the last card says is true of the directory.
An answer of \`working\` is followed by its own update; where the connector itself is gone, by a tap
on its \`refresh\`. Each notice is told once; one whose arrival could not be
noted, because the connector's answer was lost or the database stayed away, is told again
rather than lost.
`;

/** The table as a page; times only where `results` has them. */
export function renderReport(table: readonly Row[], results: readonly Seen[]): string {
  const timeOf = (row: Row, outage: Outage): string => {
    const found = results.find(
      (seen) => seen.outage === outage && seen.row.part === row.part && seen.row.step === row.step,
    );
    return found === undefined ? '' : ` (${(found.stateMs / 1_000).toFixed(1)} s)`;
  };
  const parts = PARTS.map((part) => {
    const lines = table
      .filter((row) => row.part === part)
      .flatMap((row) =>
        OUTAGES.map((outage) =>
          [
            STEP_NAMES[row.step],
            BEGINS[row.begins],
            OUTAGE_NAMES[outage],
            `\`${valueOf(row.shows, outage)}\`${timeOf(row, outage)}`,
            valueOf(row.goesOn, outage),
          ].join(' | '),
        ),
      );
    const head = 'At | From | Outage | Card meanwhile | Then, when it is back';
    return `## ${PART_NAMES[part]}\n\n| ${head} |\n|---|---|---|---|---|\n${lines
      .map((line) => `| ${line} |`)
      .join('\n')}\n`;
  });
  return [INTRO, ...parts, renderDesk()].join('\n');
}

/** The same for an agent and the manager whom they ask, in fewer words. */
function renderDesk(): string {
  const steps = Object.values(DESK_STEPS).map(
    ({ at, shows, goesOn }) => `| ${at} | \`${shows}\` | ${goesOn} |`,
  );
  const ways = Object.keys(DIRECTORY_OUTAGES).join(', ');
  const posts = Object.entries(CONNECTOR_OUTAGES).map(
    ([outage, { shows, comes }]) =>
      `| ${outage} | \`${shows}\` | ${comes ? 'the question is there, and can be answered' : 'no question'} |`,
  );
  return `## The service desk

Held by \`test/walks/onDeskOutages.test.ts\`: within 15 s, nothing done, nothing audited, and the same tap goes on. The
directory is gone, before the tap, in each way (${ways}):

| At | Card meanwhile | The same tap, when it is back |
|---|---|---|
${steps.join('\n')}

Teams’ connector is gone while a question is posted to a manager. It is put once at most; one of which it is not known
whether it came waits for its answer, two minutes at most:

| Outage | The agent’s card | The manager’s chat |
|---|---|---|
${posts.join('\n')}
`;
}

/** The page without the parts that differ from run to run. */
export function withoutTimes(report: string): string {
  return report.replace(/ \(\d+\.\d s\)/g, '');
}
