import type { Problem } from '../../domain/reasons.ts';
import { plain } from './markdown.ts';
import type { CardFacts, Voice } from './facts.ts';
import type { TextValues } from '../../texts/texts.ts';

/**
 * The problem in words, one line for each fault. `keyOf` finds the card's own wording of
 * `problem.<reason>`, which may name any of `values`.
 */
export function problemFacts(
  problem: Problem | undefined,
  values: TextValues,
  voice: Voice,
  keyOf: (key: string) => string,
): CardFacts {
  if (problem === undefined) return { values: {}, data: {} };
  const reasons =
    problem.all === undefined || problem.all.length === 0 ? [problem.reason] : problem.all;
  const isFixed = values['isVouched'] === 'yes';
  const told = {
    ...values,
    left: problem.attemptsLeft ?? 'unknown',
    forbidden: problem.forbidden ?? 'named',
    number: problem.isEnrolledNumber === true ? 'enrolled' : isFixed ? 'fixed' : 'typed',
    cause: problem.isCrowded === true ? 'crowd' : 'fault',
    until: problem.until === undefined ? 'none' : voice.words.until(problem.until, voice.now),
  };
  const lines = reasons.map((reason) => voice.text(keyOf(`problem.${reason}`), told));
  const reference = problem.reference === undefined ? {} : { reference: plain(problem.reference) };
  // A reference needs a service desk to tell it to.
  const isDeskTold = lines.some((line) => line.includes(voice.desk)) ? 'yes' : 'no';
  return {
    values: { ...reference, isDeskTold },
    data: {
      problem: {
        reason: problem.reason,
        lines,
        ...reference,
      },
    },
  };
}
