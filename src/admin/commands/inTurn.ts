import { withDeadline } from '../../ports/deadline.ts';
import type { SweepDeps } from '../../service/deps.ts';
import type { SweepOptions } from '../../service/upkeep/sweepLease.ts';
import { again } from '../../service/waiting/waiting.ts';
import { createCards } from '../../teams/cards/cards.ts';
import { createChannel } from '../../teams/channel.ts';
import { createTexts } from '../../texts/texts.ts';
import { cardOptionsOf, channelSettingsOf, delay, settingsOf } from '../../wiring.ts';
import { random } from '../../process/random.ts';
import { CommandFailure, type Command, type Workplace } from '../command.ts';
import { counted, createProgress, CROWD } from '../print.ts';

/** How long to wait for another sweep. */
const PATIENCE_MS = 10 * 60_000;
const PAUSES = { first: 500 };

/** Work under the sweep's lease; gives undefined while another instance has it. */
type Work<T> = (
  deps: SweepDeps,
  options: SweepOptions,
  signal: AbortSignal,
) => Promise<T | undefined>;

/** The answer of work under the sweep's lease: one at a time, and the bot's own sweep is let end first. */
export async function inTurn<T>(
  place: Workplace,
  { options }: Parameters<Command['run']>[1],
  label: 'sweep' | 'invite',
  work: Work<T>,
): Promise<T> {
  const isDryRun = options['dry-run'] === true;
  const deps = await openSweep(place);
  const where = place.config.store.databaseUrl === undefined ? 'the bot' : 'an instance';
  const progress = createProgress(label);
  // Before the first card: a run that is killed is on record too.
  const onBegin = (): Promise<void> =>
    deps.store.transaction(async (tx) => {
      tx.audit({ event: `admin.${label}`, actor: place.actor, result: 'ok' });
    });
  const { signal } = new AbortController();
  const tryNow = () => work(deps, { isDryRun, onProgress: progress.show, onBegin }, signal);
  let report = await tryNow();
  if (report === undefined) {
    place.say(`${where} is sweeping right now: waiting until it is done`);
    report = await withDeadline(PATIENCE_MS, undefined, (patience) =>
      again(delay, PAUSES, patience, tryNow),
    );
  }
  if (report === undefined) {
    throw new CommandFailure(`${where} is still sweeping: try again when it is done`);
  }
  progress.end();
  return report;
}

async function openSweep(place: Workplace): Promise<SweepDeps> {
  const { config, log } = place;
  const texts = createTexts();
  const cards = createCards(cardOptionsOf(config), texts);
  const { notifier } = createChannel({
    settings: channelSettingsOf(config),
    render: (view, locale, now) => cards.draw(view, locale, now),
    notPersonal: (locale) => texts.text(locale, 'chat.notPersonal'),
    clock: Date.now,
    log,
  });
  const store = await place.store();
  const directory = place.directory();
  return { store, directory, notifier, random, log, settings: settingsOf(config), delay };
}

/** Names the answerer of a row; empty where the row is about no manager. */
export function answererIn({
  manager,
  reason,
}: {
  readonly manager: string | null;
  readonly reason: string | null;
}): string {
  if (manager !== null) return manager;
  return reason === 'noManager' ? 'nobody' : reason === 'tooManyManagers' ? CROWD : '';
}

/** The first lines of the answer: how many accounts, and the results counted. */
export function summaryLines(
  { window, dryRun, accounts }: { window: 'open' | 'closed'; dryRun: boolean; accounts: number },
  rows: readonly { readonly result: string }[],
  nothing: string,
): string[] {
  const byResult = Map.groupBy(rows, ({ result }) => result);
  const told = [...byResult].map(([result, { length }]) => `${String(length)} ${result}`);
  const lines = [
    `${counted(accounts, 'account')}, ${told.length === 0 ? nothing : told.join(', ')}`,
  ];
  if (dryRun) lines.push('A dry run: nothing was sent or changed.');
  else if (window === 'closed') lines.push('Outside REMINDER_HOURS: nothing was sent or changed.');
  return lines;
}
