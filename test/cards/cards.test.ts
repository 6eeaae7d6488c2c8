import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locale } from '../../src/domain/parties.ts';
import { byType, nodes, texts } from '../teams/cardNodes.ts';
import type { Node } from '../teams/cardNodes.ts';
import { openGallery } from './gallery.ts';
import type { Gallery } from './gallery.ts';
import { CARD_SAMPLES, LOCALES, renderSample } from './samples.ts';
import { THEMES } from './themes.ts';

/** A small phone, a usual phone, Teams on a desktop. */
const WIDTHS = [320, 390, 800];
const CARD_BYTES = 20_000;
const SIGNALS = ['good', 'warning', 'attention'];

const rendered = CARD_SAMPLES.flatMap((sample) =>
  LOCALES.map((locale) => ({
    ...sample,
    title: `${sample.name} (${locale})`,
    locale,
    card: renderSample(sample, locale) as Node,
  })),
);
type Rendered = (typeof rendered)[number];

/** The names of the samples that fail. */
function failing(holds: (sample: Rendered) => boolean): string[] {
  return rendered.filter((sample) => !holds(sample)).map(({ title }) => title);
}

describe('every card with every problem', () => {
  it('begins with its name and says its language', () => {
    const wrong = failing(({ card, view, locale }) => {
      const [first] = card['body'] as Node[];
      return first?.['id'] === view.card && card['lang'] === locale && card['version'] === '1.5';
    });
    expect(wrong).toEqual([]);
  });

  it('reports its problem in one element, and none where there is none', () => {
    const wrong = failing(({ card, view }) => {
      const problem = 'problem' in view ? view.problem : undefined;
      const ids = nodes(card).map(({ id }) => String(id));
      const reported = ids.filter((id) => id.startsWith('problem'));
      return reported.join() === (problem === undefined ? '' : `problem:${problem.reason}`);
    });
    expect(wrong).toEqual([]);
  });

  it('works in clients that know no Action.Execute', () => {
    const wrong = failing(({ card }) => {
      const buttons = byType(card, 'Action.Execute');
      const submits = byType(card, 'Action.Submit');
      return (
        submits.length === buttons.length &&
        buttons.every(({ title, verb, data, fallback }) => {
          const submit = fallback as Node | undefined;
          return (
            submit?.['type'] === 'Action.Submit' &&
            submit['title'] === title &&
            JSON.stringify(submit['data']) === JSON.stringify(data) &&
            (data as Node)['verb'] === verb
          );
        })
      );
    });
    expect(wrong).toEqual([]);
  });

  it('names every input', () => {
    const wrong = failing(({ card }) =>
      inputs(card).every(({ label }) => typeof label === 'string' && /\p{L}{3}/u.test(label)),
    );
    expect(wrong).toEqual([]);
  });

  it('has no empty text, and no placeholder left', () => {
    const wrong = failing(({ card }) => {
      const said = texts(card);
      const blocks = byType(card, 'TextBlock').every(({ text }) => typeof text === 'string');
      return (
        blocks &&
        said.every((text) => text.trim() !== '' && text === text.trim()) &&
        !/\$\{|#\{|\{\w+[,}]|undefined|\bNaN\b|\[object|Invalid Date/.test(said.join('\n')) &&
        !JSON.stringify(card).includes('${')
      );
    });
    expect(wrong).toEqual([]);
  });

  it('is small enough to be sent', () => {
    const wrong = failing(({ card }) => Buffer.byteLength(JSON.stringify(card)) < CARD_BYTES);
    expect(wrong).toEqual([]);
  });

  it('says in words or signs what a colour says', () => {
    const wrong = failing(({ card }) =>
      nodes(card)
        .filter(({ color, style }) => SIGNALS.includes(String(color ?? style).toLowerCase()))
        .every((node) => /\p{L}{2,}|[✓✔✗✘⚠!]/u.test(texts(node).join())),
    );
    expect(wrong).toEqual([]);
  });

  it('tells a problem in other words than the card without it', () => {
    const wrong = failing(({ card, view }) => {
      if (!('problem' in view) || view.problem === undefined) return true;
      const box = nodes(card).find(({ id }) => String(id).startsWith('problem:'));
      const told = texts(box);
      const others = rendered
        .filter((other) => !('problem' in other.view) && other.view.card === view.card)
        .flatMap((other) => texts(other.card));
      return told.length > 0 && told.every((line) => !others.includes(line));
    });
    expect(wrong).toEqual([]);
  });
});

describe("every card in Microsoft's renderer", () => {
  let gallery: Gallery;
  beforeAll(async () => {
    gallery = await openGallery();
  });
  afterAll(async () => {
    await gallery.close();
  });

  const looks = THEMES.flatMap((theme) =>
    LOCALES.map((locale): [typeof theme, Locale] => [theme, locale]),
  );
  it.each(looks)(
    'is read without a complaint and whole in %s, %s, on every width',
    async (theme, locale) => {
      expect(await gallery.show(CARD_SAMPLES, theme, locale)).toEqual([]);
      for (const width of WIDTHS) {
        await gallery.resize(width);
        expect({ width, faults: await gallery.faults() }).toEqual({ width, faults: [] });
      }
    },
  );

  it('is measured by rules that a bad card breaks', async () => {
    const button = { type: 'Action.Submit', title: 'En ganska lång rubrik på en knapp' };
    const content = {
      type: 'AdaptiveCard',
      version: '1.5',
      body: [
        { type: 'TextBlock', text: 'Ord', size: 'huge', colour: 'good', wrap: true },
        { type: 'TextBlock', text: 'En rad som inte bryts och därför inte får plats på kortet.' },
        { type: 'Input.Text', id: 'a', label: 'A', placeholder: 'ett exempel '.repeat(9) },
        { type: 'ActionSet', actions: [button, button, button] },
        { type: 'Rating' },
      ],
    };
    const complaints = await gallery.draw([{ name: 'bad', content }], 'light', 'sv');
    for (const part of ['huge', 'no property colour', 'no element Rating']) {
      expect(complaints.join('\n')).toContain(part);
    }
    await gallery.resize(320);
    const faults = (await gallery.faults()).join('\n');
    for (const part of ['"En rad', 'placeholder', 'button "En ganska', 'wider than its box']) {
      expect(faults).toContain(part);
    }
  });
});

function inputs(card: Node): Node[] {
  return nodes(card).filter(({ type }) => String(type).startsWith('Input.'));
}
