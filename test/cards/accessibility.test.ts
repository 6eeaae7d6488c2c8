import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Locale } from '../../src/domain/parties.ts';
import { byType, nodes } from '../teams/cardNodes.ts';
import type { Node } from '../teams/cardNodes.ts';
import { openGallery } from './gallery.ts';
import type { Gallery } from './gallery.ts';
import { CARD_SAMPLES, renderSample } from './samples.ts';
import { THEMES } from './themes.ts';
import type { Theme } from './themes.ts';

const { resolve } = createRequire(import.meta.url);
const PHONE = 390;

/** Which button takes what was typed last, and so stands first after it. */
const TAKERS: Readonly<Record<string, readonly string[]>> = {
  currentPassword: ['proveCurrentPassword'],
  account: ['deskFind'],
  mobile: ['setMobile'],
  code: ['confirmCode', 'confirmOldCode'],
  confirmPassword: ['setPassword'],
  reason: ['notNeeded', 'deskRevoke'],
};

let gallery: Gallery;
beforeAll(async () => {
  gallery = await openGallery();
  await gallery.page.addScriptTag({ path: resolve('axe-core/axe.min.js') });
  await gallery.resize(PHONE);
});
afterAll(async () => {
  await gallery.close();
});

describe('cards for everyone', () => {
  // A theme changes colours alone, a language all but colours.
  const looks: readonly [Theme, Locale, Rules][] = [
    ['light', 'sv', 'all'],
    ['dark', 'sv', 'colours'],
    ['highContrast', 'sv', 'colours'],
    ['light', 'en', 'others'],
  ];
  it.each(looks)('give axe nothing to find in %s, %s (rules: %s)', async (theme, locale, rules) => {
    await gallery.show(CARD_SAMPLES, theme, locale);
    const { checked, findings } = await gallery.page.evaluate<AxeReport>(`runAxe('${rules}')`);
    expect(findings).toEqual([]);
    const expected = [
      ...(rules === 'others' ? [] : ['color-contrast']),
      ...(rules === 'colours' ? [] : ['label', 'html-has-lang']),
    ];
    expect(checked).toEqual(expect.arrayContaining(expected));
  });

  it('are looked at in every theme', () => {
    expect(looks.map(([theme]) => theme)).toEqual(expect.arrayContaining([...THEMES]));
  });

  it('have a heading before anything else', async () => {
    await gallery.show(CARD_SAMPLES, 'light', 'sv');
    expect(await gallery.page.evaluate<string[]>('cardsWithoutHeading()')).toEqual([]);
  });

  it('have a label on every input, beside what stands in it', async () => {
    await gallery.show(CARD_SAMPLES, 'light', 'sv');
    expect(await gallery.page.evaluate<string[]>('inputsWithoutLabel()')).toEqual([]);
  });

  it('are walked with the Tab key as they are read', async () => {
    const samples = CARD_SAMPLES.filter(({ kind }) => kind !== 'long');
    await gallery.show(samples, 'light', 'sv');
    const asRead = await gallery.page.evaluate<string[]>('markStops()');
    // The browser takes them one after the other, and draws no frame for each.
    await Promise.all(asRead.map(() => gallery.page.keyboard.press('Tab')));
    expect(await gallery.page.evaluate<string[]>('walkedStops()')).toEqual(asRead);
  });

  it('show where the focus is', async () => {
    await gallery.show(CARD_SAMPLES.slice(0, 1), 'light', 'sv');
    await gallery.page.keyboard.press('Tab');
    expect(await gallery.page.evaluate<string>('focusOutline()')).not.toMatch(/none|^0px/);
  });

  it('have the button that takes an input right after it, and the way out behind it', () => {
    const wrong = CARD_SAMPLES.filter((sample) => {
      const card = renderSample(sample, 'sv');
      const order = inOrder(card);
      const isMisplaced = order.some((name, index) => {
        const takers = TAKERS[name];
        return takers !== undefined && !takers.includes(order[index + 1] ?? 'nothing');
      });
      const [button] = byType(card, 'Action.Execute');
      const isWayOutFirst = button?.['verb'] === 'cancel';
      return isMisplaced || isWayOutFirst;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

/** Axe's rules about colours, the others, or all. */
type Rules = 'all' | 'colours' | 'others';

interface AxeReport {
  /** Rules that had elements to check. */
  readonly checked: readonly string[];
  readonly findings: readonly string[];
}

/** Ids of inputs and verbs of buttons, in reading order; fallbacks are no buttons. */
function inOrder(card: Node): string[] {
  return nodes(card).flatMap(({ type, id, verb }) => {
    if (type === 'Action.Execute') return [String(verb)];
    return String(type).startsWith('Input.') ? [String(id)] : [];
  });
}
