import { expect, it } from '@jest/globals';
import { REASONS } from '../../src/domain/reasons.ts';
import type { Locale } from '../../src/domain/parties.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { nodes, texts } from './cardNodes.ts';
import { NOW } from './sampleParts.ts';
import { SAMPLES, problemsOf, withProblem } from './sampleViews.ts';

const LOCALES: readonly Locale[] = ['sv', 'en'];
const cards = createCards({
  serviceDesk: 'Servicedesk 019-21 00 00',
  timeZone: 'Europe/Stockholm',
  codeLength: 6,
});

const reporting = [...new Set(SAMPLES.map(({ view }) => view.card))].filter(
  (card) => withProblem(card, { reason: 'locked' }) !== undefined,
);
it.each(reporting)('%s reports every fault in one element, in both languages', (name) => {
  for (const locale of LOCALES) {
    for (const problem of REASONS.flatMap(problemsOf)) {
      const view = withProblem(name, problem);
      if (view === undefined) throw new Error(`${name} reports no problem`);
      const card = cards.draw(view, locale, NOW).card;
      const reported = nodes(card).filter(({ id }) => String(id).startsWith('problem:'));
      expect(reported.map(({ id }) => id)).toEqual([`problem:${problem.reason}`]);
      const lines = texts(reported[0]);
      const faults = problem.all?.length ?? 1;
      expect(lines).toHaveLength(faults + (problem.reference === undefined ? 0 : 1));
      expect(lines.every((line) => line.length > 10 && !/[{}]/.test(line))).toBe(true);
      if (problem.reference !== undefined) expect(lines.at(-1)).toContain(problem.reference);
    }
  }
});
