import { join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { PNG } from 'pngjs';
import type { Locale } from '../../src/domain/parties.ts';
import type { Gallery } from './gallery.ts';
import { CARD_SAMPLES, cardNames } from './samples.ts';
import type { CardSample } from './samples.ts';

/** Where the reference pictures are; `npm run docs:cards` writes them anew. */
export const REFERENCES = join(import.meta.dirname, 'reference');
/** Where a picture that differs is kept. */
export const SCREENSHOTS = join(import.meta.dirname, 'screenshots');
/** The window of the pictures, pixels: a usual phone. */
export const PICTURE_WIDTH = 390;

/** Edges of letters differ from one version of the font's renderer to the next. */
const COLOUR_TOLERANCE = 0.2;
/** Share of the pixels that may differ all the same: less than a short word on a small card. */
const MAX_DIFFERENT = 0.001;

const IN_ENGLISH = [
  'home: two accounts',
  'reset.code: problem codeRefused',
  'reset.newPassword',
  'reminder',
  'refused: problem locked, over in days',
];

/** A card with a picture of its own. */
export interface Pictured {
  readonly file: string;
  readonly sample: CardSample;
  readonly locale: Locale;
}

/** Swedish: every layout, and the first problem of every card; English: a handful. */
export function pictured(): readonly Pictured[] {
  const usual = CARD_SAMPLES.filter(({ kind }) => kind === 'usual');
  const problems = cardNames().flatMap((name) =>
    CARD_SAMPLES.filter(({ kind, view }) => kind === 'problem' && view.card === name).slice(0, 1),
  );
  const english = CARD_SAMPLES.filter(({ name }) => IN_ENGLISH.includes(name));
  return [
    ...[...usual, ...problems].map((sample) => entry(sample, 'sv')),
    ...english.map((sample) => entry(sample, 'en')),
  ];
}

function entry(sample: CardSample, locale: Locale): Pictured {
  const slug = sample.name.replace(/[^\w.]+/g, '-').toLowerCase();
  return { file: `${locale}-${slug}.png`, sample, locale };
}

/** The pictures of one language as the cards look now. */
export async function drawPictured(
  gallery: Gallery,
  locale: Locale,
): Promise<readonly { readonly file: string; readonly picture: PNG }[]> {
  const entries = pictured().filter((one) => one.locale === locale);
  const samples = entries.map(({ sample }) => sample);
  await gallery.show(samples, 'light', locale);
  const pictureOf = await gallery.pictures(PICTURE_WIDTH);
  return entries.map(({ file, sample }) => ({ file, picture: pictureOf(sample) }));
}

/** How a picture differs from its reference; undefined where it does not. */
export function difference(one: PNG, other: PNG): string | undefined {
  if (one.width !== other.width || one.height !== other.height) {
    return `${one.width} x ${one.height} pixels instead of ${other.width} x ${other.height}`;
  }
  const { width, height } = one;
  const count = pixelmatch(one.data, other.data, undefined, width, height, {
    threshold: COLOUR_TOLERANCE,
  });
  const share = count / (width * height);
  return share <= MAX_DIFFERENT ? undefined : `${(100 * share).toFixed(2)} % of it differ`;
}
