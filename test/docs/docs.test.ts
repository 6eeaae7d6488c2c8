import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readMessage } from '../../src/teams/in/commands.ts';
import { createTexts } from '../../src/texts/texts.ts';
import { DESK_STOPS } from '../e2e/agent.ts';
import { STOPS } from '../e2e/manager.ts';
import { GUIDES, LOCALES, PICTURES, guide, guideFile, pictureFile, picturesOf } from './guide.ts';
import { encodePicture, undated, wordsOn } from './pictures.ts';

const MAX_PICTURE_BYTES = 1024 * 1024;

// The walk itself, test/e2e/walk.test.ts, checks that the pictures show today's cards.
describe.each(LOCALES)('the guide in %s', (locale) => {
  const text = readFileSync(guideFile(locale), 'utf8');

  it('is what npm run docs writes from today’s cards', () => {
    expect(text).toBe(guide(locale));
    expect(text).not.toContain('{{');
  });

  it('shows each stop of the walk once, in its order, and says in words what is seen', () => {
    expect(picturesOf(text)).toEqual(STOPS.map((stop) => `${locale}-${stop}.png`));
    const described = [...text.matchAll(/<img [^>]*alt="([^"]+)"/g)].map(([, alt]) => alt);
    expect(described).toHaveLength(STOPS.length);
  });

  it('tells only words that the chat understands', () => {
    const told = [...text.replace(/<!--.*?-->/s, '').matchAll(/`([^`]+)`/g)];
    expect(told.length).toBeGreaterThan(6);
    for (const [, word = ''] of told) expect([word, readMessage(word).type]).not.toContain('text');
  });

  it.each(STOPS)('has a picture of %s that carries its words', (stop) => {
    expect(wordsOn(readFileSync(pictureFile(locale, stop)))).toMatch(/\w/);
  });
});

describe.each(LOCALES)('the service desk’s guide in %s', (locale) => {
  const text = readFileSync(guideFile(locale, 'guide.desk'), 'utf8');

  it('is what npm run docs writes from today’s cards', () => {
    expect(text).toBe(guide(locale, 'guide.desk'));
    expect(text).not.toContain('{{');
  });

  it('shows each stop of the walk once, in its order, and says in words what is seen', () => {
    expect(picturesOf(text)).toEqual(DESK_STOPS.map((stop) => `${locale}-${stop}.png`));
    const described = [...text.matchAll(/<img [^>]*alt="([^"]+)"/g)].map(([, alt]) => alt);
    expect(described).toHaveLength(DESK_STOPS.length);
  });

  it('says after a wrong answer what the account’s card says', () => {
    const words = createTexts();
    const told = (['wrongNumber', 'denied'] as const).map((kind) => {
      const line = words.text(locale, `desk.account.manager.${kind}`);
      return line.slice(line.indexOf('. ') + 2);
    });
    expect(new Set(told).size).toBe(1);
    expect(text.replace(/\s+/g, ' ')).toContain(told[0]);
  });

  it.each(DESK_STOPS)('has a picture of %s that carries its words', (stop) => {
    expect(wordsOn(readFileSync(pictureFile(locale, stop)))).toMatch(/\w/);
  });
});

describe('the pictures of the guides', () => {
  const files = readdirSync(PICTURES);

  it('are all named in a guide', () => {
    expect(files.sort()).toEqual(
      LOCALES.flatMap((one) => GUIDES.flatMap((which) => picturesOf(guide(one, which)))).sort(),
    );
  });

  it('take at most one megabyte together', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(PICTURES, file)).size, 0);
    expect(bytes).toBeLessThanOrEqual(MAX_PICTURE_BYTES);
  });
});

describe('a picture', () => {
  it('gives back the words that were put on it, and can be read by others', () => {
    const picture = readFileSync(pictureFile('sv', 'home'));

    expect(wordsOn(encodePicture(picture, 'Koden är skickad.\nÅ'))).toBe('Koden är skickad.\nÅ');
  });

  it('is the same on another day', () => {
    const [one, other] = ['Senast 9 november\nkl. 14.32', 'Senast  30  mars kl. 9.05'];

    expect(undated(one!, 'sv')).toBe(undated(other!, 'sv'));
    expect(undated('by Friday 6 March', 'en')).toBe(undated('by Tuesday 15 June', 'en'));
    // Walked shortly before midnight.
    expect(undated('till i morgon kl.\u00a000.12', 'sv')).toBe(
      undated('till kl.\u00a014.32', 'sv'),
    );
    expect(undated('until tomorrow at 00:12', 'en')).toBe(undated('until 14:32', 'en'));
    for (const [was, is] of [
      ['Byt lösenord', 'Byt lösenord nu'],
      ['Steg 1 av 3', 'Steg 2 av 3'],
    ] as const) {
      expect(undated(was, 'sv')).not.toBe(undated(is, 'sv'));
    }
  });
});
