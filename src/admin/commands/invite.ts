import type { InvitationRow } from '../../service/reminders/invitations.ts';
import { inviteNow } from '../../service/upkeep/invite.ts';
import type { Command } from '../command.ts';
import { csvLine, table } from '../print.ts';
import { openOutFile } from '../outFile.ts';
import { answererIn, inTurn, summaryLines } from './inTurn.ts';

/** The first line of each list, by which a later one knows an earlier one. */
const HEADINGS = csvLine(['account', 'manager', 'mail']);

/** Invites every manager who is not enrolled; waits while the bot sweeps. */
export const inviteManagers: Command['run'] = async (place, args) => {
  const { csv } = args.options;
  // Before anything is sent: a file that cannot be written is no reason to invite nobody's list.
  const write = typeof csv === 'string' ? await openOutFile(csv, HEADINGS) : undefined;
  const report = await inTurn(place, args, 'invite', inviteNow);
  await write?.(asCsv(report.invitations));
  const invitations = report.invitations.map(({ account, manager, result, reason }) => ({
    account,
    manager,
    result,
    reason,
  }));
  const lines = summaryLines(report, invitations, 'everybody is enrolled');
  const rows = invitations.map(({ account, manager, result, reason }) => [
    account,
    answererIn({ manager, reason }),
    reason === null ? result : `${result}: ${reason}`,
  ]);
  const headings = ['Account', 'Answers for it', 'Invitation'];
  if (rows.length > 0) lines.push('', table(headings, rows));
  return { json: { ...report, invitations }, text: lines.join('\n') };
};

/** The managers whom no card reaches, for a letter by mail; below the headings. */
function asCsv(invitations: readonly InvitationRow[]): string {
  const rows = invitations
    .filter(({ reason }) => reason === 'notInTeams')
    .map(({ account, manager, mail }) => csvLine([account, manager, mail ?? null]));
  return rows.join('');
}
