import { DELAY_BINS, type WEEKLY } from '../../service/administration/report/auditTally.ts';
import type { ReportData } from './figures.ts';
import type { Plot, Series } from './plots.ts';
import type { ReportTexts } from './texts.ts';

/** A ceiling further above the highest bar would leave the bars too low to be seen. */
const LIMIT_IN_SIGHT = 4;

/** The report's plots in their order. */
export function plotsOf(
  { directory, audit, fates, fateDays }: ReportData,
  { smsPerDay }: { readonly smsPerDay: number },
  texts: ReportTexts,
  number: (value: number) => string,
): Plot[] {
  const { figure } = texts;
  const weeks = [...audit.weeks.keys()];
  const weekly = <Kind extends (typeof WEEKLY)[number]>(
    names: Readonly<Record<Kind, string>>,
    ...kinds: readonly Kind[]
  ): Series[] =>
    kinds.map((kind) => ({
      name: names[kind],
      values: weeks.map((week) => audit.weeks.get(week)?.[kind] ?? 0),
    }));
  const byWeek = { labels: weeks, labelName: texts.week, valueName: texts.count } as const;
  const days = [...audit.days.keys()];
  const daily = (['codes', 'codesRefused', 'codesUncertain'] as const).map((kind) => ({
    name: texts.sms[kind],
    values: days.map((day) => audit.days.get(day)?.[kind] ?? 0),
  }));
  const most = Math.max(
    0,
    ...[...audit.days.values()].map((day) => day.codes + day.codesRefused + day.codesUncertain),
  );
  const { desk, ages, delays, sms } = texts;
  return [
    {
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
    },
    {
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
      notes: directory.withoutAge === 0 ? [] : [ages.without(number(directory.withoutAge))],
    },
    {
      id: 'changes',
      ...titleOf(texts.changes),
      kind: 'stackedBars',
      ...byWeek,
      series: weekly(figure, 'resets', 'unlocks', 'outsideChanges'),
    },
    {
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
    },
    {
      id: 'sms',
      ...titleOf(sms),
      kind: 'stackedBars',
      labels: days,
      labelName: texts.day,
      valueName: texts.count,
      series: daily,
      limit:
        smsPerDay <= most * LIMIT_IN_SIGHT
          ? { name: sms.limit(number(smsPerDay)), value: smsPerDay }
          : undefined,
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
    {
      id: 'wrong',
      ...titleOf(texts.wrong),
      kind: 'bars',
      ...byWeek,
      series: weekly(figure, 'wrongCodes', 'lockouts'),
    },
    {
      id: 'unknown',
      ...titleOf(texts.unknown),
      kind: 'bars',
      ...byWeek,
      series: weekly(figure, 'unknownOutcomes'),
    },
    {
      id: 'desk',
      ...titleOf(desk),
      kind: 'stackedBars',
      ...byWeek,
      series: weekly(
        desk,
        'deskLooked',
        'deskConfirmed',
        'deskDenied',
        'deskVouched',
        'deskRevoked',
        'deskLockoutCleared',
      ),
    },
  ];
}

function titleOf({ title, description }: { title: string; description: string }) {
  return { title, description };
}

function share(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
}
