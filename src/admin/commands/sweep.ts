import type { SweepDeps } from '../../service/deps.ts';
import type { ReminderRow } from '../../service/reminders/reminders.ts';
import { sweepNow, type SweepReport } from '../../service/upkeep/sweep.ts';
import { createCards } from '../../teams/cards/cards.ts';
import { createChannel } from '../../teams/channel.ts';
import { createTexts } from '../../texts/texts.ts';
import { cardOptionsOf, channelSettingsOf, delay, random, settingsOf } from '../../wiring.ts';
import { CommandFailure, type Command } from '../command.ts';
import { createProgress, localTime, table } from '../print.ts';
import type { Workplace } from '../workplace.ts';

/** How long to wait for the bot's own sweep. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 500;

/** One sweep for an administrator; waits while the bot runs its own. */
export const sweepNowByHand: Command['run'] = async (place, { options }) => {
  const isDryRun = options['dry-run'] === true;
  const report = await sweepPatiently(place, await openSweep(place), isDryRun);
  if (!isDryRun && report.window === 'open') await auditSweep(place);
  return { json: report, text: asText(report, place.config.timeZone) };
};

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

/** One sweep at a time: the bot's own is let end first. */
async function sweepPatiently(
  { config }: Workplace,
  deps: SweepDeps,
  isDryRun: boolean,
): Promise<SweepReport> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  const progress = createProgress('sweep');
  const onProgress = (done: number, total: number): void => {
    progress.show(done, total);
  };
  const { signal } = new AbortController();
  for (;;) {
    const report = await sweepNow(deps, { isDryRun, onProgress }, signal);
    if (report !== undefined) {
      progress.end();
      return report;
    }
    if (performance.now() > giveUpAt) {
      const where = config.store.databaseUrl === undefined ? 'the bot' : 'an instance';
      throw new CommandFailure(`${where} is sweeping right now: try again when it is done`);
    }
    await delay(LOOK_AGAIN_MS);
  }
}

async function auditSweep(place: Workplace): Promise<void> {
  const store = await place.store();
  await store.transaction((tx) => {
    tx.audit({ event: 'admin.sweep', actor: place.actor, result: 'ok' });
    return Promise.resolve();
  });
}

function asText({ window, dryRun, accounts, reminders }: SweepReport, timeZone: string): string {
  const lines = [`${String(accounts)} accounts, ${countsOf(reminders)}`];
  if (dryRun) lines.push('A dry run: nothing was sent or changed.');
  else if (window === 'closed') lines.push('Outside REMINDER_HOURS: nothing was sent or changed.');
  if (reminders.length === 0) return lines.join('\n');
  const rows = reminders.map(({ account, manager, stage, due, result, reason }) => [
    account,
    manager ?? 'nobody',
    stage === null ? '' : stageText(stage),
    due === null ? 'unknown' : localTime(Date.parse(due), timeZone),
    reason === null ? result : `${result}: ${reason}`,
  ]);
  const headings = ['Account', 'Answers for it', 'Stage', 'Due', 'Reminder'];
  return [...lines, '', table(headings, rows)].join('\n');
}

function stageText(stage: number): string {
  if (stage === 0) return 'due day';
  return stage > 0 ? `${String(stage)} d before` : `${String(-stage)} d overdue`;
}

function countsOf(reminders: readonly ReminderRow[]): string {
  const counts = new Map<string, number>();
  for (const { result } of reminders) counts.set(result, (counts.get(result) ?? 0) + 1);
  const told = [...counts].map(([result, count]) => `${String(count)} ${result}`);
  return told.length === 0 ? 'no password is due' : told.join(', ');
}
