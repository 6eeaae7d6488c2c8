import { forbiddenCharacter } from '../../domain/passwords/passwordPolicy.ts';
import type { ShownRules } from '../../domain/passwords/shownRules.ts';
import type { Problem, Reason } from '../../domain/reasons.ts';
import type { TextValues } from '../../texts/texts.ts';
import type { Voice } from './facts.ts';
import { plain } from './markdown.ts';

interface RuleLine {
  readonly line: string;
  readonly isBroken: boolean;
}

/**
 * All rules before anything is typed, so that no refusal costs a new walk; after a try, also which rules
 * the password kept.
 */
export function ruleLines(
  rules: ShownRules,
  problem: Problem | undefined,
  voice: Voice,
): RuleLine[] {
  const { minLength, maxLength, historyLength } = rules;
  const forbiddenNames = typeableNames(rules);
  const signs = forbiddenSigns(rules, voice);
  const isNamed = (problem?.forbidden ?? 'named') === 'named';
  const all = problem?.isEmpty === true ? [] : problem?.all;
  // A rule that was not checked keeps its bullet.
  const line = (key: string, isKept: boolean | undefined, values: TextValues = {}): RuleLine => {
    const sign = isKept === undefined ? '•' : isKept ? '✓' : '✗';
    const text = voice.text(`reset.newPassword.rule.${key}`, values);
    return { line: `${sign} ${text}`, isBroken: isKept === false };
  };
  const told = (key: string, faults: readonly Reason[], values: TextValues = {}): RuleLine => {
    const isBroken = faults.some((fault) => all?.includes(fault) === true);
    const isKept = faults.every((fault) => problem?.absent?.includes(fault) === true);
    return line(key, isBroken ? false : isKept || undefined, values);
  };
  const forbidden = (values: TextValues): RuleLine =>
    isNamed
      ? told('forbidden', ['passwordForbiddenCharacter'], values)
      : line('forbidden', true, values);
  // A named sign is looked for first: then nothing is known of the ends.
  const edges = (): RuleLine =>
    all?.includes('passwordForbiddenCharacter') === true
      ? line('edges', isNamed ? undefined : problem?.forbidden !== 'edge')
      : told('edges', ['passwordForbiddenCharacter']);
  const names = (): RuleLine => {
    const isKept = problem?.holdsName === undefined ? undefined : !problem.holdsName;
    return line('names', isKept, { names: voice.words.list(forbiddenNames.map(plain)) });
  };
  return [
    told('length', ['passwordTooShort', 'passwordTooLong'], { minLength, maxLength }),
    ...(signs === undefined ? [] : [forbidden({ signs })]),
    ...(rules.forbiddenCharacters.includes(' ') ? [] : [edges()]),
    ...(rules.requiresComplexity ? [line('complexity', problem?.isComplex)] : []),
    ...(forbiddenNames.length === 0 ? [] : [names()]),
    ...(historyLength > 0 ? [told('history', ['passwordUsedBefore'], { historyLength })] : []),
    told('guessable', ['passwordTooCommon'], {
      hasNames: forbiddenNames.length > 0 ? 'yes' : 'no',
    }),
  ];
}

/** Names with a forbidden character cannot be typed: that rule is on the card already. */
function typeableNames({ forbiddenNames = [], forbiddenCharacters }: ShownRules): string[] {
  return forbiddenNames.filter(
    (name) => forbiddenCharacter(name, forbiddenCharacters) === undefined,
  );
}

/** The rule that a refused password broke, as far as the card marks them. */
export function brokenRule(
  problem: Problem | undefined,
  { requiresComplexity }: ShownRules,
): 'name' | 'kinds' | 'several' | 'none' {
  const isPoor = requiresComplexity && problem?.isComplex === false;
  if (problem?.holdsName === true) return isPoor ? 'several' : 'name';
  return isPoor ? 'kinds' : 'none';
}

/** `å, ä och ö`: a capital letter is left out beside its small one. */
export function forbiddenSigns(rules: ShownRules, { text, words }: Voice): string | undefined {
  const all = [...new Set(rules.forbiddenCharacters)];
  const told = all.filter(
    (sign) => sign === sign.toLowerCase() || !all.includes(sign.toLowerCase()),
  );
  if (told.length === 0) return undefined;
  return words.list(told.map((sign) => (/\s/.test(sign) ? text('when.space') : plain(sign))));
}
