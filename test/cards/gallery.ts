import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import type { Locale } from '../../src/domain/parties.ts';
import type { Card } from '../../src/teams/out/connector.ts';
import { launchBrowser } from '../support/browser.ts';
import { renderSample } from './samples.ts';
import type { CardSample } from './samples.ts';
import { FONT, look } from './themes.ts';
import type { Theme } from './themes.ts';

/** Pixels; the height is no more than a place to scroll in. */
const HEIGHT = 900;
/** On both sides of a card in the chat, pixels, as in page/chat.css. */
const MARGIN = 8;
const PICTURE_COLUMNS = 6;
const { resolve } = createRequire(import.meta.url);
const SCRIPTS = [
  resolve('adaptivecards/dist/adaptivecards.min.js'),
  join(resolve('markdown-it/package.json'), '../dist/browser/markdown-it.umd.min.js'),
  join(import.meta.dirname, 'page/show.js'),
  join(import.meta.dirname, 'page/measure.js'),
  join(import.meta.dirname, 'page/reach.js'),
];

const PAGE = '<title>Chat</title><main><h1>Chat</h1><div id="messages"></div></main>';

/** An Adaptive Card under the name by which its faults are reported. */
interface DrawnCard {
  readonly name: string;
  readonly content: Card;
}

/** Cards in a real browser, drawn by Microsoft's renderer as Teams draws them. */
export interface Gallery {
  /** For queries of one suite alone. */
  readonly page: Page;
  /** Draws cards below each other; returns the parser's complaints. */
  draw(cards: readonly DrawnCard[], theme: Theme, locale: Locale): Promise<readonly string[]>;
  /** Draws the samples as the bot would send them. */
  show(samples: readonly CardSample[], theme: Theme, locale: Locale): Promise<readonly string[]>;
  /** The width of the window, pixels; cards fill it but for the chat's margins. */
  resize(width: number): Promise<void>;
  /** The parts of the cards that cannot be read or reached as they stand, a line each. */
  faults(): Promise<readonly string[]>;
  /** The cards as they stand, beside each other on a window so wide; pixels. */
  sheet(width: number, columns: number): Promise<Buffer>;
  /** Takes a picture of each card as it stands. */
  pictures(width: number): Promise<(sample: CardSample) => PNG>;
  close(): Promise<void>;
}

/** @throws Error with the cure where the browser or the font is missing. */
export async function openGallery(): Promise<Gallery> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: HEIGHT } });
    await page.route('**', (route) => route.abort());
    await page.setContent(PAGE);
    await page.addStyleTag({ path: join(import.meta.dirname, 'page/chat.css') });
    for (const path of SCRIPTS) await page.addScriptTag({ path });
    if (!(await page.evaluate<boolean>(call('hasFont', FONT)))) {
      throw new Error(`The font ${FONT} is missing: apt-get install -y fonts-dejavu-core`);
    }
    return galleryOn(page, () => browser.close());
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function galleryOn(page: Page, close: () => Promise<void>): Gallery {
  const draw: Gallery['draw'] = (cards, theme, locale) =>
    page.evaluate<string[]>(call('showCards', { ...look(theme), locale, cards }));

  return {
    page,
    draw,
    show: (samples, theme, locale) => {
      const cards = samples.map((sample) => ({
        name: sample.name,
        content: renderSample(sample, locale),
      }));
      return draw(cards, theme, locale);
    },
    resize: (width) => page.setViewportSize({ width, height: HEIGHT }),
    faults: () => page.evaluate<string[]>(call('findFaults')),
    sheet: async (width, columns) => (await layOut(page, width, columns, true)).picture,
    pictures: async (width) => {
      const { picture, places } = await layOut(page, width, PICTURE_COLUMNS, false);
      const sheet = PNG.sync.read(picture);
      return (sample) => {
        const place = places.find(({ name }) => name === sample.name);
        if (place === undefined) throw new Error(`${sample.name} is not shown`);
        return cut(sheet, place);
      };
    },
    close,
  };
}

interface Place {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One picture of all cards is many times faster than one of each. */
async function layOut(page: Page, width: number, columns: number, hasNames: boolean) {
  const card = width - 2 * MARGIN;
  await page.setViewportSize({ width: columns * (card + MARGIN) + MARGIN, height: HEIGHT });
  const places = await page.evaluate<Place[]>(call('layOut', { card, columns, hasNames }));
  return { places, picture: await page.screenshot({ fullPage: true }) };
}

function cut(sheet: PNG, { x, y, width, height }: Place): PNG {
  const picture = new PNG({ width, height });
  PNG.bitblt(sheet, picture, x, y, width, height, 0, 0);
  return picture;
}

/** A call of a function of test/cards/page, as the browser reads it. */
function call(name: string, argument: unknown = null): string {
  return `${name}(${JSON.stringify(argument)})`;
}
