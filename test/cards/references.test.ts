import { readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PNG } from 'pngjs';
import { run } from '../support/children.ts';
import { REFERENCES, difference, pictured } from './references.ts';

describe('pictures of cards', () => {
  it('are there for each card that has one, and for no other', () => {
    const files = pictured().map(({ file }) => file);
    expect(readdirSync(REFERENCES).sort()).toEqual([...files].sort());
  });

  it('are what cards look like now (where a change is meant: npm run docs:cards)', async () => {
    // Not in this process: reading a picture takes half a minute under jest.
    const { output, code } = await run(process.execPath, ['test/cards/draw.ts', '--check'], {
      isShown: false,
    });
    expect({ output, code }).toEqual({ output: '', code: 0 });
  });

  it('differ by a word, or by a line more', () => {
    const blank = picture(374, 200, 0);
    expect(difference(picture(374, 200, 0), blank)).toBeUndefined();
    expect(difference(picture(374, 200, 30), blank)).toBe('0.40 % of it differ');
    expect(difference(picture(374, 219, 0), blank)).toBe('374 x 219 pixels instead of 374 x 200');
  });
});

/** White, with something black on it, ten pixels high. */
function picture(width: number, height: number, blackWidth: number): PNG {
  const png = new PNG({ width, height });
  png.data.fill(0xff);
  for (let row = 0; row < 10; row += 1) {
    for (let column = 0; column < blackWidth; column += 1) {
      png.data.writeUInt32BE(0x000000ff, (row * width + column) * 4);
    }
  }
  return png;
}
