import { withDeadline } from '../../ports/deadline.ts';
import {
  listAccounts,
  type ListedAccount,
  type ListedManager,
} from '../../service/administration/accountList.ts';
import { settingsOf } from '../../wiring.ts';
import type { Command } from '../command.ts';
import { CROWD, isoTime, localTime, table } from '../print.ts';

const LISTING_MS = 10 * 60_000;

/** The shared accounts as a table. */
export const showAccounts: Command['run'] = async (place) => {
  const deps = {
    directory: place.directory(),
    store: await place.store(),
    settings: settingsOf(place.config),
  };
  const listed = await withDeadline(LISTING_MS, undefined, (signal) => listAccounts(deps, signal));
  return {
    json: listed.map(asJson),
    text: table(
      ['Account', 'Answers for it', 'Enrolled', 'Password age', 'Next reminder'],
      listed.map((account) => asRow(account, place.config.timeZone)),
    ),
  };
};

function asJson(listed: ListedAccount): unknown {
  const { passwordSetAt, nextReminder: next } = listed;
  return {
    account: listed.name,
    id: listed.id,
    managers: listed.managers.map(({ name, isEnrolled, isReachable }) => ({
      name,
      enrolled: isEnrolled,
      reachable: isReachable,
    })),
    tooManyManagers: listed.isCrowd,
    enrolled: listed.enrolled,
    passwordSetAt: passwordSetAt === undefined ? null : isoTime(passwordSetAt),
    mustChange: listed.mustChange,
    passwordAgeDays: listed.passwordAgeDays ?? null,
    nextReminder: next === undefined ? null : { at: isoTime(next.at), stage: next.stage },
  };
}

function asRow(listed: ListedAccount, timeZone: string): string[] {
  const { managers, isCrowd, enrolled, passwordAgeDays: age, nextReminder: next } = listed;
  return [
    listed.name,
    isCrowd ? CROWD : managers.map(shownManager).join(', ') || 'nobody',
    enrolled === 0 ? 'no' : String(enrolled),
    listed.mustChange ? 'must be changed' : age === undefined ? 'unknown' : `${String(age)} d`,
    next === undefined ? '–' : localTime(next.at, timeZone),
  ];
}

function shownManager({ name, isReachable }: ListedManager): string {
  return isReachable ? name : `${name} (not in Teams)`;
}
