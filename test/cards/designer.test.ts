import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Expression } from 'adaptive-expressions';
import { Template } from 'adaptivecards-templating';
import { loadTemplates } from '../../src/teams/cards/templates.ts';
import { byType } from '../teams/cardNodes.ts';
import type { Node } from '../teams/cardNodes.ts';
import { CARDS, designerData } from './designerData.ts';
import { cardNames } from './samples.ts';

const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(CARDS, ...path), 'utf8'));
const namesIn = (folder: string): string[] =>
  readdirSync(join(CARDS, folder))
    .filter((file) => file.endsWith('.json') && !file.startsWith('text.'))
    .map((file) => file.replace(/\.json$/, ''));

describe('the files of cards/', () => {
  it('are one template and one sample for each card, and nothing else', () => {
    expect(namesIn('.').sort()).toEqual(cardNames().toSorted());
    expect(namesIn('samples').sort()).toEqual(cardNames().toSorted());
  });

  it.each(cardNames())(
    '%s is filled with its sample by Microsoft’s library as it stands',
    (name) => {
      const card = new Template(read(`${name}.json`)).expand({
        $root: read('samples', `${name}.json`),
      }) as Node & { readonly body: readonly Node[] };
      expect(JSON.stringify(card)).not.toMatch(/\$\{|\$use|#\{|\$when|\$data/);
      expect(card).toMatchObject({ type: 'AdaptiveCard', version: '1.5' });
      expect(card.body[0]).toMatchObject({ type: 'TextBlock', id: name });
      for (const button of byType(card, 'Action.Execute')) {
        expect(button).toMatchObject({ title: expect.any(String), verb: expect.any(String) });
      }
    },
  );

  // The product reads an expression when its card is first drawn, not at its start.
  it.each(
    (['execute', 'submit'] as const).flatMap((actions) =>
      cardNames().map((name) => ({ name, actions })),
    ),
  )('$name has no broken expression under $actions', ({ name, actions }) => {
    const sample = read('samples', `${name}.json`) as Record<string, unknown>;
    const card = loadTemplates(actions)(name).expand(sample);
    expect(JSON.stringify(card)).not.toContain('${');
  });

  it.each(cardNames())(
    '%s calls functions that there are, also where its sample shows nothing',
    (name) => {
      const template = JSON.stringify(read(`${name}.json`));
      const expressions = [...template.matchAll(/\$\{((?:[^{}"]|\\")*)\}/g)];
      expect(expressions).toHaveLength(template.split('${').length - 1);
      for (const [, text = ''] of expressions) {
        expect(() => Expression.parse(JSON.parse(`"${text}"`) as string)).not.toThrow();
      }
    },
  );

  it.each(cardNames())('%s has the sample that the product binds (npm run docs:cards)', (name) => {
    expect(read('samples', `${name}.json`)).toEqual(designerData(name));
  });
});
