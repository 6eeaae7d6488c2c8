import { sweepNow, type SweepReport } from '../../service/upkeep/sweep.ts';
import type { Command } from '../command.ts';
import { localTime, table } from '../print.ts';
import { answererIn, inTurn, summaryLines } from './inTurn.ts';

/** One sweep for an administrator; waits while the bot runs its own. */
export const sweepNowByHand: Command['run'] = async (place, args) => {
  const report = await inTurn(place, args, 'sweep', sweepNow);
  return { json: report, text: asText(report, place.config.timeZone) };
};

function asText(report: SweepReport, timeZone: string): string {
  const { reminders } = report;
  const lines = summaryLines(report, reminders, 'no password is due');
  if (reminders.length === 0) return lines.join('\n');
  const rows = reminders.map(({ account, manager, stage, due, result, reason }) => [
    account,
    answererIn({ manager, reason }),
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
