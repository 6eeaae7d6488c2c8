import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CardName } from '../../src/ports/view.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { loadTemplates } from '../../src/teams/cards/templates.ts';
import { createTexts } from '../../src/texts/texts.ts';
import { NOW } from '../teams/sampleParts.ts';
import { CARD_SAMPLES, cardNames } from './samples.ts';

export const CARDS = join(import.meta.dirname, '../../cards');

type Data = Readonly<Record<string, unknown>>;

/** The data that the product binds in the card's first usual form, in Swedish. */
export function designerData(name: CardName): Data {
  const sample = CARD_SAMPLES.find(({ kind, view }) => kind === 'usual' && view.card === name);
  if (sample === undefined) throw new Error(`no sample of ${name}`);
  let data: Data = {};
  const templateOf = loadTemplates();
  const cards = createCards(
    { serviceDesk: 'Servicedesk 019-21 00 00', timeZone: 'Europe/Stockholm', codeLength: 6 },
    createTexts(),
    (card) => ({
      texts: templateOf(card).texts,
      expand(bound) {
        data = bound;
        return templateOf(card).expand(bound);
      },
    }),
  );
  cards.draw(sample.view, 'sv', NOW);
  return JSON.parse(JSON.stringify(data)) as Data;
}

/** Writes cards/samples, which the Adaptive Card Designer takes as sample data beside a card. */
export async function writeDesignerData(): Promise<void> {
  await mkdir(join(CARDS, 'samples'), { recursive: true });
  for (const name of cardNames()) {
    const text = `${JSON.stringify(designerData(name), null, 2)}\n`;
    await writeFile(join(CARDS, 'samples', `${name}.json`), text);
  }
}
