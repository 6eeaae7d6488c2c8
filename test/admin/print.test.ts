import { describe, expect, it } from '@jest/globals';
import { escaped } from '../../src/admin/report/html.ts';
import { csvCell, facts, localTime, table } from '../../src/admin/print.ts';

describe('a cell of the CSV export', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+46', "'+46"],
    ['-1', "'-1"],
    ['@sum(a1)', "'@sum(a1)"],
    ['\t=1', `"'\t'=1"`],
    ['a;b', '"a;b"'],
    ['a;=1', `"a;'=1"`],
    ['a\t @b', `"a\t '@b"`],
    ['a;"=1', `"a;""'=1"`],
    ['a\n=1', `"a\n'=1"`],
    ['a;b-c', '"a;b-c"'],
    ['a - b', 'a - b'],
    ['\r=1', `"'\r'=1"`],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['=cmd|"x",1', `"'=cmd|""x"",1"`],
    ['os:anna', 'os:anna'],
    [17, '17'],
    [null, ''],
  ])('%j is written %j', (value, expected) => {
    expect(csvCell(value)).toBe(expected);
  });
});

describe('what is printed for people', () => {
  it('is a table with columns as wide as they need to be', () => {
    expect(
      table(
        ['Name', 'Age'],
        [
          ['åsa', '7'],
          ['hemtjänst-norr', '12'],
        ],
      ),
    ).toBe(['Name            Age', 'åsa             7', 'hemtjänst-norr  12'].join('\n'));
  });

  it('cannot move the cursor, colour the terminal or begin a line', () => {
    const evil = 'Anna\u001b[2J\r\nroot\u0007\u009b31m';
    for (const text of [table(['A'], [[evil]]), facts([['A', evil]])]) {
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      expect(text.split('\n').length).toBeLessThanOrEqual(2);
    }
  });

  it('turns no reading direction, nor does the report', () => {
    const evil = 'Anna\u202e ,gnilhev\u2066';
    for (const text of [table(['A'], [[evil]]), facts([['A', evil]]), escaped(evil)]) {
      expect(text).toContain('Anna ,gnilhev');
      expect(text).not.toMatch(/\p{Bidi_Control}/u);
    }
  });

  it('gives times as people there write them', () => {
    const at = Date.parse('2026-11-23T13:05:00Z');
    expect(localTime(at, 'Europe/Stockholm')).toBe('2026-11-23 14:05');
  });
});
