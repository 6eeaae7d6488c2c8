import { describe, expect, it } from '@jest/globals';
import { septets, smsText, toGsm7 } from '../../src/texts/smsText.ts';

const CODE = '482913';
const codeText = ({ account, name }: { account: string; name: string }): string =>
  `${CODE} är din kod för att byta lösenord på ${account}. Begärd av ${name} kl. 14.32. Lämna aldrig ut koden.`;
const noticeText = ({ account, name }: { account: string; name: string }): string =>
  `Lösenordet för ${account} byttes av ${name}.`;

describe('septets', () => {
  it('counts one for the default alphabet and two for its extension', () => {
    expect(septets('kod åäöÅÄÖ é à @£$ Δ')).toBe(20);
    expect(septets('€')).toBe(2);
    expect(septets('[{~}]^|\\')).toBe(16);
    expect(septets('')).toBe(0);
  });

  it.each(['–', '’', '`', 'á', 'ç', '😀', '\t', '\u00a0'])('knows no %j', (sign) => {
    expect(septets(`kod ${sign}`)).toBeUndefined();
  });
});

describe('toGsm7', () => {
  it.each([
    ['Åsa Öström', 'Åsa Öström'],
    ['A\u030asa O\u0308', 'Åsa Ö'],
    ['Zoë Šímová', 'Zoe Simova'],
    ['Łukasz Đoković', 'Lukasz Dokovic'],
    ['O’Brien – “x”', 'O\'Brien - "x"'],
    ['ﬁn Ⅳ ４２', 'fin IV 42'],
    ['李 Anna 😀', '? Anna ?'],
    ['kl.\u00a014.32', 'kl. 14.32'],
  ])('makes %j into %j', (text, plain) => {
    expect(toGsm7(text)).toBe(plain);
    expect(septets(toGsm7(text))).toBeDefined();
  });
});

describe('smsText', () => {
  it('leaves names that fit as they are', () => {
    const text = smsText(codeText, { account: 'treserva-norr', name: 'Åsa Öström' }, 6, CODE);
    expect(text).toBe(codeText({ account: 'treserva-norr', name: 'Åsa Öström' }));
  });

  it.each([
    ['long', 'a'.repeat(64), 'n'.repeat(256)],
    ['of costly signs', '{'.repeat(64), '€'.repeat(256)],
    ['foreign', '李'.repeat(64), 'Ж'.repeat(256)],
    ['full of digits', '1'.repeat(64), '2'.repeat(256)],
  ])('fits names that are %s into one message with one code', (_, account, name) => {
    const text = smsText(codeText, { account, name }, 6, CODE);
    expect(septets(text)).toBeLessThanOrEqual(160);
    expect(septets(text)).toBeGreaterThan(150);
    expect(text).toMatch(/^482913 är din kod .*Lämna aldrig ut koden\.$/);
    expect(text.match(/[0-9]{6,}/g)).toEqual([CODE]);
  });

  it('shortens the longer name and keeps the other', () => {
    const text = smsText(codeText, { account: 'treserva-norr', name: 'n'.repeat(99) }, 6, CODE);
    expect(text).toContain('på treserva-norr.');
  });

  it.each([
    ['enhet123456', '12-34-56'],
    ['enhet1234567', '12-34-56-7'],
    ['482913', '48-29-13'],
    ['１２３４５６', '12-34-56'],
  ])('breaks up the digits of %s, which could be taken for the code', (account, broken) => {
    const text = smsText(codeText, { account, name: 'Åsa' }, 6, CODE);
    expect(text.match(/[0-9]{6,}/g)).toEqual([CODE]);
    expect(text).toContain(broken);
  });

  it('leaves shorter runs of digits alone', () => {
    expect(smsText(noticeText, { account: 'enhet12345', name: 'Åsa' }, 6)).toContain('enhet12345');
    expect(smsText(noticeText, { account: 'e1234567', name: 'Åsa' }, 8)).toContain('e1234567');
  });

  it('tells of a change without anything like a code', () => {
    const text = smsText(noticeText, { account: '482913', name: '20261224' }, 6);
    expect(text).not.toMatch(/[0-9]{6}/);
  });

  it('makes no link and no second line of a name', () => {
    const name = 'Åsa\nhttps://evil.se\u0007 www.evil.se';
    const text = smsText(noticeText, { account: 'a', name }, 6);
    expect(text).not.toMatch(/\/|[a-z]\.[a-z]|\n/i);
  });
});
