import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Locale } from '../../src/domain/parties.ts';
import { createCardWords } from '../e2e/cardWords.ts';
import type { DeskStop } from '../e2e/agent.ts';
import type { Stop } from '../e2e/manager.ts';

export const LOCALES: readonly Locale[] = ['sv', 'en'];
const DOCS = join(import.meta.dirname, '../../docs');
const MANIFEST = join(import.meta.dirname, '../../manifest');

/** `{{kind|card|name}}`, as in `{{button|reset.newPassword|setPassword}}`. */
const WORD = /\{\{([^|}]+)(?:\|([^|}]+))?(?:\|([^|}]+))?\}\}/g;

/** The guide of managers, and that of the service desk. */
export const GUIDES = ['guide', 'guide.desk'] as const;
export type Guide = (typeof GUIDES)[number];

/** A guide in Markdown: its template, with the words that stand on today's cards. */
export function guide(locale: Locale, which: Guide = 'guide'): string {
  const words = createCardWords(locale);
  const template = readFileSync(join(import.meta.dirname, `${which}.${locale}.md`), 'utf8');
  return template.replaceAll(WORD, (token: string, kind: string, card = '', name = '') => {
    switch (kind) {
      case 'app':
        return appName(locale);
      case 'button':
        return words.button(card, name);
      case 'label':
        return words.label(card, name);
      case 'title':
        return words.title(card);
      default:
        throw new Error(`the guide cannot tell ${token}`);
    }
  });
}

export function guideFile(locale: Locale, which: Guide = 'guide'): string {
  return join(DOCS, `${which}.${locale}.md`);
}

/** Where the guides' pictures are. */
export const PICTURES = join(DOCS, 'guide');

export function pictureFile(locale: Locale, stop: Stop | DeskStop): string {
  return join(PICTURES, `${locale}-${stop}.png`);
}

/** The stops that the guide shows, in its order, by the files that it names. */
export function picturesOf(text: string): string[] {
  return [...text.matchAll(/<img src="guide\/([^"]+)"/g)].map(([, file = '']) => file);
}

/** How the app is called in Teams. */
function appName(locale: Locale): string {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(MANIFEST, file), 'utf8'));
  return locale === 'sv'
    ? z.object({ name: z.object({ short: z.string() }) }).parse(read('manifest.json')).name.short
    : z.object({ 'name.short': z.string() }).parse(read('en.json'))['name.short'];
}
