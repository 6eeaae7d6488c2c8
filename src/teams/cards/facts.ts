import type { Locale } from '../../domain/parties.ts';
import type { TextValues, Words } from '../../texts/texts.ts';
import type { Progress } from '../../ports/view.ts';
import { plain } from './markdown.ts';
import type { Problem } from '../../domain/reasons.ts';

/** One language, at one moment. */
export interface Voice {
  readonly locale: Locale;
  readonly now: number;
  readonly words: Words;
  /** The service desk's line, escaped. */
  readonly desk: string;
  text(key: string, values?: TextValues): string;
}

/** A view's words: `values` fill the placeholders of texts, `data` the bindings of the template. */
export interface CardFacts {
  readonly values: TextValues;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Frame {
  readonly handle?: string | undefined;
  readonly accountName: string;
  readonly progress?: Progress | undefined;
}

/** The facts of a card about one account. */
export function ofFlow(
  view: Frame,
  values: TextValues,
  data: Readonly<Record<string, unknown>>,
): CardFacts {
  const accountName = plain(view.accountName);
  return {
    values: { accountName, ...(view.progress ?? { step: 'none', of: 'none' }), ...values },
    data: { handle: view.handle, accountName, ...data },
  };
}

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
    isEmpty: problem.isEmpty === true ? 'yes' : 'no',
    person: problem.person === undefined ? 'none' : plain(problem.person),
    number: problem.isEnrolledNumber === true ? 'enrolled' : isFixed ? 'fixed' : 'typed',
    cause: problem.isCrowded === true ? 'crowd' : problem.isOutOfTries === true ? 'tries' : 'fault',
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
