import { ASA } from '../../demo/people.ts';
import { maskMobile, parseMobile } from '../../src/domain/mobile.ts';
import type { Locale } from '../../src/domain/parties.ts';
import type { Reason } from '../../src/domain/reasons.ts';
import type { CardName, View } from '../../src/ports/view.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import type { Node } from '../teams/cardNodes.ts';
import { nodes, texts } from '../teams/cardNodes.ts';
import { NOW } from '../teams/sampleParts.ts';
import { SAMPLES, problemsOf, withProblem } from '../teams/sampleViews.ts';

/**
 * The text on the bot's own cards, found by the contract's names, so that the tests need not repeat it.
 * `sample` is the name of one of SAMPLES.
 */
export interface CardWords {
  readonly locale: Locale;
  /** @throws Error where the card has no such button. */
  button(sample: string, verb: string): string;
  /** The label of an input. @throws Error where the card has no such input. */
  label(sample: string, input: string): string;
  title(sample: string): string;
  /** How the line that begins with this sign begins. @throws Error where there is none. */
  line(sample: string, sign: string): string;
  /** How the card begins to report the problem, up to the part that differs from case to case. */
  problem(card: CardName, reason: Reason): string;
}

/** Åsa's number as cards show it. */
const MASKED = maskMobile(parseMobile(ASA.mobile ?? '', ['SE']) ?? '');

const cards = createCards({
  serviceDesk: 'Servicedesk 019-21 00 00',
  timeZone: 'Europe/Stockholm',
  codeLength: 6,
});

export function createCardWords(locale: Locale): CardWords {
  const render = (view: View): Node => cards.draw(asAsa(view), locale, NOW).card;

  function sampleOf(name: string): Node {
    const sample = SAMPLES.find((one) => one.name === name);
    if (sample === undefined) throw new Error(`no sample of a card is called ${name}`);
    return render(sample.view);
  }
  function textOf(card: Node, isIt: (node: Node) => boolean, what: string): string {
    const [text] = texts(nodes(card).find(isIt) ?? {});
    if (text === undefined) throw new Error(`no ${what}`);
    return text;
  }
  return {
    locale,
    button: (sample, verb) =>
      textOf(sampleOf(sample), (node) => node['verb'] === verb, `button ${verb} on ${sample}`),
    label: (sample, input) =>
      textOf(sampleOf(sample), (node) => node['id'] === input, `input ${input} on ${sample}`),
    title: (sample) => {
      const [card = ''] = sample.split(':');
      return textOf(sampleOf(sample), (node) => node['id'] === card, `title on ${sample}`);
    },
    line: (sample, sign) => {
      const line = texts(sampleOf(sample)).find((text) => text.startsWith(sign));
      if (line === undefined) throw new Error(`no line ${sign} on ${sample}`);
      return line.replace(/[,]? *(?:\d|kl\. \d).*$/, '').split(/(?<=[.]) /)[0] ?? line;
    },
    problem: (card, reason) => {
      const reports = problemsOf(reason).filter(({ until }) => until !== undefined);
      const texts = reports.map((problem) => {
        const view = withProblem(card, problem);
        if (view === undefined) throw new Error(`${card} reports no problem`);
        const id = `problem:${reason}`;
        return textOf(render(view), (node) => node['id'] === id, `problem ${reason} on ${card}`);
      });
      return commonStart(texts).trim();
    },
  };
}

function asAsa(view: View): View {
  if ('shownMobile' in view) return { ...view, shownMobile: MASKED };
  return 'maskedMobile' in view ? { ...view, maskedMobile: MASKED } : view;
}

function commonStart([first = '', ...others]: readonly string[]): string {
  let length = first.length;
  while (!others.every((other) => other.startsWith(first.slice(0, length)))) length -= 1;
  return first.slice(0, length).replace(/\d.*$/, '');
}
