/**
 * `npm run docs:cards`: draws all cards anew, the reference pictures of test/cards/reference and the
 * two sheets of docs/, and the samples of cards/ for Microsoft’s designer. With `--check` it writes nothing, but names the pictures that differ.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { openGallery } from './gallery.ts';
import type { Gallery } from './gallery.ts';
import { smallPng } from './png.ts';
import { PICTURE_WIDTH, REFERENCES, SCREENSHOTS, difference, drawPictured } from './references.ts';
import { CARD_SAMPLES, LOCALES, cardNames } from './samples.ts';
import type { CardSample } from './samples.ts';
import { writeDesignerData } from './designerData.ts';
import type { Theme } from './themes.ts';

const DOCS = join(import.meta.dirname, '../../docs');
/** Letters on four backgrounds need no more, and the largest sheet stays small. */
const SHEET_COLOURS = 32;

interface Sheet {
  readonly file: string;
  readonly samples: readonly CardSample[];
  readonly theme: Theme;
  /** Pixels of the phone. */
  readonly width: number;
  readonly columns: number;
}

const SHEETS: readonly Sheet[] = [
  {
    file: 'cards-phone.png',
    samples: CARD_SAMPLES.filter(({ kind }) => kind === 'usual'),
    theme: 'light',
    width: PICTURE_WIDTH,
    columns: 6,
  },
  { file: 'cards-dark.png', samples: selection(), theme: 'dark', width: 320, columns: 6 },
];

/** The first layout of every card, and the card with its first problem. */
function selection(): readonly CardSample[] {
  return cardNames().flatMap((name) => {
    const own = CARD_SAMPLES.filter(({ view }) => view.card === name);
    return [
      ...own.filter(({ kind }) => kind === 'usual').slice(0, 1),
      ...own.filter(({ kind }) => kind === 'problem').slice(0, 1),
    ];
  });
}

async function write(gallery: Gallery): Promise<void> {
  await writeDesignerData();
  await rm(REFERENCES, { recursive: true, force: true });
  await mkdir(REFERENCES, { recursive: true });
  for (const locale of LOCALES) {
    const drawn = await drawPictured(gallery, locale);
    for (const { file, picture } of drawn) {
      await writeFile(join(REFERENCES, file), smallPng(picture));
    }
    process.stdout.write(`test/cards/reference: ${drawn.length} pictures (${locale})\n`);
  }
  for (const { file, samples, theme, width, columns } of SHEETS) {
    await gallery.show(samples, theme, 'sv');
    const sheet = PNG.sync.read(await gallery.sheet(width, columns));
    await writeFile(join(DOCS, file), smallPng(sheet, SHEET_COLOURS));
    process.stdout.write(`docs/${file}: ${samples.length} cards\n`);
  }
}

/** Keeps what differs in test/cards/screenshots. */
async function check(gallery: Gallery): Promise<void> {
  await rm(SCREENSHOTS, { recursive: true, force: true });
  for (const locale of LOCALES) {
    for (const { file, picture } of await drawPictured(gallery, locale)) {
      const reference = await readFile(join(REFERENCES, file)).catch(() => undefined);
      const fault =
        reference === undefined ? 'is new' : difference(picture, PNG.sync.read(reference));
      if (fault === undefined) continue;
      await mkdir(SCREENSHOTS, { recursive: true });
      await writeFile(join(SCREENSHOTS, file), PNG.sync.write(picture));
      process.stdout.write(`${file}: ${fault}\n`);
      process.exitCode = 1;
    }
  }
}

const gallery = await openGallery();
try {
  await (process.argv.includes('--check') ? check(gallery) : write(gallery));
} finally {
  await gallery.close();
}
