import { DELAY_BINS, type WEEKLY } from '../../service/administration/report/auditTally.ts';
import type { ReportData } from './figures.ts';
import type { Plot, Series } from './plots.ts';
import type { ReportTexts } from './texts.ts';

/** A ceiling further above the highest bar would leave the bars too low to be seen. */
const LIMIT_IN_SIGHT = 4;

/** A plot with the sentences below it. */
export interface NotedPlot {
  readonly plot: Plot;
  readonly notes: readonly string[];
}

/** The report's plots in their order. */
export function plotsOf(
  { directory, audit, fates, fateDays }: ReportData,
  { smsPerDay }: { readonly smsPerDay: number },
  texts: ReportTexts,
  number: (value: number) => string,
): NotedPlot[] {
  const { figure } = texts;
  const weeks = [...audit.weeks.keys()];
  const weekly = (key: (typeof WEEKLY)[number], name: string): Series => ({
    name,
    values: weeks.map((week) => audit.weeks.get(week)?.[key] ?? 0),
  });
  const byWeek = { labels: weeks, labelName: texts.week, valueName: texts.count } as const;
  const days = [...audit.days.keys()];
  const daily = (key: 'codes' | 'codesRefused' | 'codesUncertain'): Series => ({
    name: texts.sms[key],
    values: days.map((day) => audit.days.get(day)?.[key] ?? 0),
  });
  const most = Math.max(
    0,
    ...[...audit.days.values()].map((day) => day.codes + day.codesRefused + day.codesUncertain),
  );
  const { desk, ages, delays, sms } = texts;
  const plain = (plot: Plot): NotedPlot => ({ plot, notes: [] });
  return [
    plain({
      id: 'enrolled',
      ...titleOf(texts.enrolled),
      kind: 'lines',
      labels: days,
      labelName: texts.day,
      valueName: texts.accounts,
      series: [
        {
          name: texts.enrolled.enrolled,
          // The last day is as the database has it, whatever an old audit lacks.
          values: [...[...audit.enrolled.values()].slice(0, -1), directory.enrolled],
        },
        { name: texts.enrolled.all, values: days.map(() => directory.accounts) },
      ],
    }),
    {
      plot: {
        id: 'ages',
        ...titleOf(ages),
        kind: 'stackedBars',
        labels: directory.ages.map(({ from }, n, all) => {
          const next = all[n + 1]?.from;
          return next === undefined ? `${String(from)}+` : `${String(from)}–${String(next - 1)}`;
        }),
        labelName: ages.days,
        valueName: texts.accounts,
        series: [
          { name: ages.within, values: directory.ages.map(({ within }) => within) },
          { name: ages.past, values: directory.ages.map(({ past }) => past) },
        ],
      },
      notes: directory.withoutAge === 0 ? [] : [ages.without(number(directory.withoutAge))],
    },
    plain({
      id: 'changes',
      ...titleOf(texts.changes),
      kind: 'stackedBars',
      ...byWeek,
      series: [
        weekly('resets', figure.resets),
        weekly('unlocks', figure.unlocks),
        weekly('outsideChanges', figure.outsideChanges),
      ],
    }),
    plain({
      id: 'delays',
      ...titleOf(delays),
      kind: 'bars',
      labels: [
        ...DELAY_BINS.map(delays.under),
        delays.over(DELAY_BINS[DELAY_BINS.length - 1] ?? 0),
      ],
      labelName: delays.took,
      valueName: delays.resets,
      series: [{ name: delays.resets, values: audit.delays }],
    }),
    {
      plot: {
        id: 'sms',
        ...titleOf(sms),
        kind: 'stackedBars',
        labels: days,
        labelName: texts.day,
        valueName: texts.count,
        series: [daily('codes'), daily('codesRefused'), daily('codesUncertain')],
        limit:
          smsPerDay <= most * LIMIT_IN_SIGHT
            ? { name: sms.limit(number(smsPerDay)), value: smsPerDay }
            : undefined,
      },
      notes: [
        sms.note(number(most), number(smsPerDay), share(most / smsPerDay)),
        sms.fates(
          number(fateDays),
          number(fates.delivered),
          number(fates.failed),
          number(fates.sent + fates.unreported),
        ),
      ],
    },
    plain({
      id: 'wrong',
      ...titleOf(texts.wrong),
      kind: 'bars',
      ...byWeek,
      series: [weekly('wrongCodes', figure.wrongCodes), weekly('lockouts', figure.lockouts)],
    }),
    plain({
      id: 'unknown',
      ...titleOf(texts.unknown),
      kind: 'bars',
      ...byWeek,
      series: [weekly('unknownOutcomes', figure.unknownOutcomes)],
    }),
    plain({
      id: 'desk',
      ...titleOf(desk),
      kind: 'stackedBars',
      ...byWeek,
      series: [
        weekly('deskLooked', desk.deskLooked),
        weekly('deskConfirmed', desk.deskConfirmed),
        weekly('deskDenied', desk.deskDenied),
        weekly('deskVouched', desk.deskVouched),
        weekly('deskRevoked', desk.deskRevoked),
        weekly('deskLockoutCleared', desk.deskLockoutCleared),
      ],
    }),
  ];
}

function titleOf({ title, description }: { title: string; description: string }) {
  return { title, description };
}

function share(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
}
