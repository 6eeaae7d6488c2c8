import { describe, expect, it } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { passcodeFrom, readPasscode } from '../../src/domain/flows/passcode.ts';

describe('readPasscode', () => {
  it.each([
    '482913',
    '482 913',
    ' 4 8 2 9 1 3 ',
    '482\u00a0913',
    '482\u202f913\n',
    '482\u3000913',
    '482\u200b913',
    '４８２９１３',
    '４８２ 913',
  ])('reads %j as the code', (input) => {
    expect(readPasscode(input, 6)).toBe('482913');
  });

  it.each(['', '48291', '4829134', '482-913', '48291a', '48291²', '٤٨٢٩١٣', '+482913', '4.8e5'])(
    'takes %j for no code',
    (input) => {
      expect(readPasscode(input, 6)).toBeUndefined();
    },
  );

  it('keeps leading zeros and asks for the configured length', () => {
    expect(readPasscode('00 00 12 34', 8)).toBe('00001234');
    expect(readPasscode('000123', 8)).toBeUndefined();
  });

  it('does not look at overlong input', () => {
    expect(readPasscode(`${' '.repeat(1000)}482913`, 6)).toBeUndefined();
  });
});

describe('passcodeFrom', () => {
  it('gives 20 000 codes of the right length whose digits are even in every place', () => {
    const codes = Array.from({ length: 20_000 }, () => passcodeFrom((max) => randomInt(max), 6));
    expect(codes.every((code) => /^[0-9]{6}$/.test(code))).toBe(true);
    for (let place = 0; place < 6; place += 1) {
      const counts = Array.from<number>({ length: 10 }).fill(0);
      for (const code of codes) counts[Number(code[place])]! += 1;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
      // 9 degrees of freedom: exceeded by chance once in ten million.
      expect(chiSquare).toBeLessThan(48);
    }
    expect(codes.filter((code) => code.startsWith('0')).length).toBeGreaterThan(1800);
  });

  it.each([6, 7, 8])('uses all of the range of %d digits', (length) => {
    expect(passcodeFrom(() => 0, length)).toBe('0'.repeat(length));
    expect(passcodeFrom((max) => max - 1, length)).toBe('9'.repeat(length));
  });
});
