import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS } from '../../domain/durations.ts';
import type { Locale } from '../../domain/parties.ts';
import { tallyAccounts } from '../../service/administration/report/accountsTally.ts';
import { createAuditTally } from '../../service/administration/report/auditTally.ts';
import { KEPT_MS } from '../../service/upkeep/retention.ts';
import { settingsOf } from '../../wiring.ts';
import { CommandFailure, type Command, type Workplace } from '../command.ts';
import { openOutFile } from '../outFile.ts';
import { counted, createProgress } from '../print.ts';
import { figuresOf, type ReportData } from './figures.ts';

const MAX_DAYS = 3_650;
/** The beginning of each report, by which a later one knows an earlier one. */
const MARK = '<!doctype html>\n<!-- A report of passwordbot. -->\n';
const READING_MS = 10 * 60_000;

/** One HTML file with plots and tables, from the audit and the directory. It changes nothing. */
export const makeReport: Command['run'] = async (place, { options, isJson }) => {
  const days = daysOf(options['days']);
  const locale = localeOf(options['locale'], place.config.defaultLocale);
  const { out = isJson ? undefined : 'report.html' } = options;
  // Before the work: a file that cannot be written is told at once.
  const write = typeof out === 'string' ? await openOutFile(out, MARK) : undefined;
  const data = await readReport(place, days);
  const figures = figuresOf(data, options['names'] === true);
  if (write !== undefined) {
    const { reportPage } = await import('./page.ts');
    const { organisation, sms } = place.config;
    const dayOf = dayIn(place.config.timeZone);
    const page = { locale, organisation, smsPerDay: sms.perDay, dayOf };
    await write(reportPage(data, figures, page));
  }
  const { accounts, enrolled, resets } = figures;
  return {
    json: figures,
    text: `${String(out)}: ${counted(days, 'day')}, ${counted(accounts, 'account')}, ${String(enrolled)} enrolled, ${counted(resets, 'reset')}`,
  };
};

function daysOf(given: string | boolean | undefined): number {
  const days = given === undefined ? 90 : Number(/^\d{1,4}$/.test(String(given)) ? given : NaN);
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw new CommandFailure(`--days is a whole number from 1 to ${String(MAX_DAYS)}`);
}

function localeOf(given: string | boolean | undefined, usual: Locale): Locale {
  if (given === undefined) return usual;
  if (given === 'sv' || given === 'en') return given;
  throw new CommandFailure('--locale is sv or en');
}

/** The local date of a moment, `YYYY-MM-DD`. */
function dayIn(timeZone: string): (at: number) => string {
  const { format } = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  return (at) => format(at);
}

async function readReport(place: Workplace, days: number): Promise<ReportData> {
  const { config } = place;
  const store = await place.store();
  const settings = settingsOf(config);
  const deps = { store, directory: place.directory(), settings };
  const directory = await withDeadline(READING_MS, undefined, (signal) =>
    tallyAccounts(deps, signal),
  );
  const now = store.now();
  const since = now - days * DAY_MS;
  const fateDays = Math.min(days, KEPT_MS.flows / DAY_MS);
  const fates = await store.read((reads) => reads.countFates(now - fateDays * DAY_MS));
  const tally = createAuditTally({
    since,
    until: now,
    dayOf: dayIn(config.timeZone),
    weekOf: (at) => settings.rotation.calendar.weekOf(at),
    places: directory.places,
  });
  const { seq: total } = await store.audit.head();
  const progress = createProgress('report');
  for await (const page of store.audit.pages()) {
    for (const line of page) tally.take(line);
    progress.show(page.at(-1)?.seq ?? total, total);
  }
  progress.end();
  return { days, since, now, directory, audit: tally.end(), fates, fateDays };
}
