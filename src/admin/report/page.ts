import type { Locale } from '../../domain/parties.ts';
import type { Figures, ReportData } from './figures.ts';
import { escaped, htmlTable, STYLE } from './html.ts';
import { draw, isEmpty, type Plot } from './plots.ts';
import { plotsOf } from './plotsOf.ts';
import { REPORT_TEXTS, type ReportTexts } from './texts.ts';

/** A page stays readable: longer lists are for programs. */
const MAX_ROWS = 1_000;

export interface PageOptions {
  readonly locale: Locale;
  readonly organisation: string | undefined;
  readonly smsPerDay: number;
  /** `YYYY-MM-DD` */
  readonly dayOf: (at: number) => string;
}

/** The report as one HTML page that needs nothing from elsewhere, without its doctype. */
export function reportPage(data: ReportData, figures: Figures, options: PageOptions): string {
  const texts = REPORT_TEXTS[options.locale];
  const { format } = new Intl.NumberFormat(options.locale === 'sv' ? 'sv-SE' : 'en-GB');
  const number = (value: number): string => format(value);
  const { organisation, dayOf, locale } = options;
  const title = organisation === undefined ? texts.title : `${texts.title}, ${organisation}`;
  const period = texts.period(number(data.days), dayOf(data.since), dayOf(data.now));
  const plots = plotsOf(data, options, texts, number);
  return `<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(period)}</p>
<section>
<h2>${escaped(texts.figures)}</h2>
<dl>
${tiles(figures, texts, number)}
</dl>
</section>
${plots.map((plot) => plotSection(plot, texts, number)).join('\n')}
${lists(figures, options, texts, number)}
</main>
</body>
</html>
`;
}

function tiles(figures: Figures, texts: ReportTexts, number: (value: number) => string): string {
  return Object.entries(texts.figure)
    .map(([key, label]) => {
      const value = figures[key as keyof typeof texts.figure];
      const told = number(typeof value === 'number' ? value : value.length);
      return `<div><dt>${escaped(label)}</dt><dd data-figure="${key}">${told}</dd></div>`;
    })
    .join('\n');
}

function plotSection(plot: Plot, texts: ReportTexts, number: (value: number) => string): string {
  const { id, title, description, labels, labelName, series, notes = [] } = plot;
  const told = notes.map((note) => `<p>${escaped(note)}</p>`).join('\n');
  const heading = `<section id="${id}">\n<h2>${escaped(title)}</h2>\n<p>${escaped(description)}</p>`;
  if (isEmpty(plot)) return `${heading}\n<p>${escaped(texts.nothing)}</p>\n${told}</section>`;
  const rows = labels.map((label, n) => [
    label,
    ...series.map(({ values }) => number(values[n] ?? 0)),
  ]);
  const table = htmlTable(title, [labelName, ...series.map(({ name }) => name)], rows);
  return `${heading}
<figure>${draw(plot)}</figure>
${told}
<details><summary>${escaped(texts.numbers)}</summary>
<div class="wide">${table}</div></details>
</section>`;
}

function lists(
  { overdue, unanswered, notInTeams }: Figures,
  { dayOf }: PageOptions,
  texts: ReportTexts,
  number: (value: number) => string,
): string {
  const { account, due, answers, reason } = texts.lists;
  const told = ({ managers, names }: { managers: number; names?: readonly string[] }): string =>
    names === undefined ? texts.managers(number(managers)) : names.join(', ');
  const section = (
    id: string,
    title: string,
    headings: readonly string[],
    all: readonly (readonly string[])[],
  ): string => {
    const rows = all.slice(0, MAX_ROWS);
    const rest = all.length - rows.length;
    const body =
      all.length === 0
        ? `<p>${escaped(texts.none)}</p>`
        : `<div class="wide">${htmlTable(title, headings, rows)}</div>`;
    const more = rest > 0 ? `<p>${escaped(texts.rest(number(rest)))}</p>` : '';
    return `<section id="${id}">\n<h2>${escaped(title)}</h2>\n${body}${more}\n</section>`;
  };
  return [
    section(
      'overdue',
      texts.figure.overdue,
      [account, due, answers],
      overdue.map((one) => [one.account, dayOf(Date.parse(one.due)), told(one)]),
    ),
    section(
      'unanswered',
      texts.figure.unanswered,
      [account, reason],
      unanswered.map((one) => [one.account, texts.lists[one.reason]]),
    ),
    section(
      'notInTeams',
      texts.figure.notInTeams,
      [account, answers],
      notInTeams.map((one) => [one.account, told(one)]),
    ),
  ].join('\n');
}
