import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { Locale } from '../../src/domain/parties.ts';

/** Levels of grey and colour that are kept: more would cost bytes without a visible gain. */
const LEVEL = 16;
const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const KEYWORD = 'Description';

/** A screenshot as a small PNG with a palette; it carries the words that it shows. */
export function encodePicture(screenshot: Buffer, words: string): Buffer {
  const { width, height, data } = PNG.sync.read(screenshot);
  const palette = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      const colour = (coarse(data[at]) << 16) | (coarse(data[at + 1]) << 8) | coarse(data[at + 2]);
      if (!palette.has(colour)) palette.set(colour, palette.size);
      rows[y * (width + 1) + 1 + x] = palette.get(colour) ?? 0;
    }
  }
  if (palette.size > 256)
    throw new Error(`${String(palette.size)} colours are too many for a card`);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // 8 bits, palette
  const colours = [...palette.keys()].flatMap((colour) => [
    colour >> 16,
    (colour >> 8) & 255,
    colour & 255,
  ]);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    // Uncompressed, in no language, with no translated keyword (PNG specification 11.3.3.4).
    chunk('iTXt', Buffer.from(`${KEYWORD}\0\0\0\0\0${words}`)),
    chunk('PLTE', Buffer.from(colours)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The words that a picture of `encodePicture` shows; undefined where it carries none. */
export function wordsOn(picture: Buffer): string | undefined {
  for (let at = SIGNATURE.length; at < picture.length; at += picture.readUInt32BE(at) + 12) {
    if (picture.toString('latin1', at + 4, at + 8) !== 'iTXt') continue;
    const text = picture.toString('utf8', at + 8, at + 8 + picture.readUInt32BE(at));
    return text.split('\0').at(-1);
  }
  return undefined;
}

/** The card's text at any time: without dates and times of day, those of tomorrow too, and without line breaks. */
export function undated(words: string, locale: Locale): string {
  // Every 26 days from New Year: all months and all days of the week.
  const days = Array.from({ length: 14 }, (_, step) => new Date(Date.UTC(2026, 0, 1 + 26 * step)));
  const names = (['month', 'weekday'] as const).flatMap((part) => {
    const name = new Intl.DateTimeFormat(locale, { [part]: 'long', timeZone: 'UTC' });
    return days.map((day) => name.format(day));
  });
  return words
    .replace(new RegExp(`(?:\\b\\d{1,2}\\s+)?\\b(?:${names.join('|')})\\b`, 'giu'), '')
    .replace(/\bi\s+morgon\s+(?=kl\.\s\d)|\btomorrow\s+at\s+(?=\d)/giu, '')
    .replace(/\b\d{1,2}[.:]\d{2}\b/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** White stays white. */
function coarse(value = 0): number {
  return Math.min(255, Math.round(value / LEVEL) * LEVEL);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
