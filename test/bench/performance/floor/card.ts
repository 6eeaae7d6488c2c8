import { Template } from 'adaptivecards-templating';
import type { View } from '../../../../src/ports/view.ts';
import { createCards } from '../../../../src/teams/cards/cards.ts';
import { loadTemplates, readTemplate } from '../../../../src/teams/cards/templates.ts';
import { createTexts } from '../../../../src/texts/texts.ts';

const CARD = 'reset.newPassword';
/** Those of the benchmark's directory and of the configuration's defaults. */
const RULES = {
  minLength: 8,
  maxLength: 127,
  forbiddenCharacters: 'åäöÅÄÖ',
  historyLength: 25,
  requiresComplexity: true,
};

type Data = Readonly<Record<string, unknown>>;

/**
 * The values that the product's card binds for an account, as far as they stay the same from tap to tap.
 */
function dataOf(accountName: string, serviceDesk: string): Data {
  let data: Data = {};
  const templateOf = loadTemplates();
  const cards = createCards(
    { serviceDesk, timeZone: 'Europe/Stockholm', codeLength: 6 },
    createTexts(),
    (name) => ({
      texts: templateOf(name).texts,
      expand(bound) {
        data = bound;
        return templateOf(name).expand(bound);
      },
    }),
  );
  const view: View = {
    card: CARD,
    handle: '',
    accountName,
    rules: { ...RULES, forbiddenNames: [accountName] },
    progress: { step: 2, of: 2 },
    problem: { reason: 'passwordTooShort', all: ['passwordTooShort'], isEmpty: true },
  };
  cards.draw(view, 'sv', Date.now());
  return data;
}

/** The card that the product answers with, by a template parsed once and texts made once. */
export function createCard(serviceDesk: string) {
  const template = new Template(readTemplate(CARD, 'execute'));
  const known = new Map<string, Data>();
  return (handle: string, accountName: string): Record<string, unknown> => {
    const data = known.get(accountName) ?? dataOf(accountName, serviceDesk);
    known.set(accountName, data);
    return template.expand({ $root: { ...data, handle } }) as Record<string, unknown>;
  };
}
