/**
 * `npm run test:soak [-- --minutes N --managers N]`: many managers at once, faults at random, and the
 * result.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../../demo/directory/fault.ts';
import type { Product } from '../support/product.ts';
import { describeLost } from '../support/lostWalks.ts';
import { startWalking } from '../support/stubbornWalks.ts';
import { longRun } from './longRun.ts';
import { numberOption, table } from './output.ts';
import { startMeasured } from './performance/measured.ts';
import { readProcess } from './performance/probed.ts';

const SLOW_MS = 20_000;
const LONGEST_FAULT_MS = 4_000;
const LONGEST_PEACE_MS = 6_000;

const DIRECTORY_FAULTS: readonly Fault[] = [
  'drop',
  'hang',
  'applyThenDrop',
  { delayMs: 1_500 },
  { delayMs: SLOW_MS },
  [52, '00002024: LdapErr: DSID-0C0904A4'],
];
const SMS_FAULTS = [{ status: 500 }, 'cut', 'cutBefore', 'hang', { delayMs: 4_000 }] as const;
const TEAMS_FAULTS = [{ status: 500 }, { status: 429 }, 'cut', 'hang', { delayMs: 2_500 }] as const;

function oneOf<T>(some: readonly T[]): T {
  return some[Math.floor(Math.random() * some.length)]!;
}

/** One fault after another, with pauses between them; gives how many there were. */
async function disturb(product: Product, endBy: number): Promise<number> {
  let faults = 0;
  const { directory, twilio, teams } = product;
  while (Date.now() < endBy) {
    await pause(Math.random() * LONGEST_PEACE_MS);
    faults += 1;
    const length = Math.random() * LONGEST_FAULT_MS;
    switch (oneOf(['directory', 'write', 'sms', 'update', 'member', 'login'] as const)) {
      case 'directory': {
        const fault = oneOf(DIRECTORY_FAULTS);
        directory.fault = () => fault;
        break;
      }
      case 'write': {
        const fault = oneOf(DIRECTORY_FAULTS);
        directory.fault = ({ name }) => (name === 'modify' ? fault : undefined);
        break;
      }
      case 'sms':
        twilio.script(...Array.from({ length: 5 }, () => oneOf(SMS_FAULTS)));
        break;
      case 'update':
        teams.fail('update', oneOf(TEAMS_FAULTS));
        break;
      case 'member':
        teams.fail('member', oneOf(TEAMS_FAULTS));
        break;
      case 'login':
        teams.fail('login', oneOf(TEAMS_FAULTS));
        break;
    }
    await pause(length);
    directory.fault = undefined;
    twilio.script();
    for (const operation of ['update', 'member', 'login'] as const) teams.heal(operation);
  }
  return faults;
}

/** How long each kind of tap waited for its answer, ms. */
function measure(product: Product): Map<string, number[]> {
  const times = new Map<string, number[]>();
  const { teams } = product;
  const send = teams.send.bind(teams);
  teams.send = async (botUrl, activity, options) => {
    const began = performance.now();
    const answer = await send(botUrl, activity, options);
    const verb = verbOf(activity);
    times.set(verb, [...(times.get(verb) ?? []), performance.now() - began]);
    return answer;
  };
  return times;
}

function verbOf(activity: unknown): string {
  const { value, text } = activity as { value?: { action?: { verb?: string } }; text?: string };
  return value?.action?.verb ?? text ?? 'other';
}

/** The process's whole memory, and what of it is in use once the garbage is gone, MB. */
async function memoryOf(probe: string): Promise<string> {
  const { rss } = await readProcess(probe);
  const { heap } = await readProcess(probe, 'collected');
  const [whole, used] = [rss, heap].map((bytes) => String(Math.round(bytes / 2 ** 20)));
  return `${whole!} (in use: ${used!})`;
}

function percentile(sorted: readonly number[], share: number): string {
  return String(Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0));
}

const minutes = numberOption('minutes', 10);
const managers = numberOption('managers', 50);
await longRun(async () => {
  const { product, probe, stop } = await startMeasured({ env: { LOG_LEVEL: 'warn' } });
  try {
    const before = await memoryOf(probe);
    const times = measure(product);
    const walking = startWalking(product, managers);
    const faults = await disturb(product, Date.now() + minutes * 60_000);
    await walking.stop();
    const after = await memoryOf(probe);
    const { walks } = walking;
    const count = (is: (walk: (typeof walks)[number]) => boolean): string =>
      String(walks.filter(is).length);
    const lost = walks.filter(({ end }) => end === 'lost');
    process.stderr.write(await describeLost(product, lost));
    if (lost.length > 0) {
      await writeFile('soak.log', product.bot.output);
      process.stderr.write('The bot’s log is in soak.log.\n');
    }
    process.stdout.write(
      table(
        ['', ''],
        [
          ['minutes', String(minutes)],
          ['managers at once', String(managers)],
          ['faults', String(faults)],
          ['walks done (an enrollment and a reset each)', count(({ end }) => end === 'done')],
          ['walks lost', count(({ end }) => end === 'lost')],
          ['false cards', count(({ isFalse }) => isFalse)],
          ['memory at start, MB', before],
          ['memory at end, MB', after],
        ],
      ),
    );
    const lines = [...times].sort().map(([verb, all]) => {
      const sorted = all.toSorted((a, b) => a - b);
      const figures = [0.5, 0.95, 0.99].map((share) => percentile(sorted, share));
      return [verb, String(all.length), ...figures];
    });
    process.stdout.write(`\n${table(['answer, ms', 'count', 'p50', 'p95', 'p99'], lines)}`);
    const isBad = walks.some(({ end, isFalse }) => end === 'lost' || isFalse);
    process.exitCode = isBad ? 1 : 0;
  } finally {
    await stop();
  }
});
