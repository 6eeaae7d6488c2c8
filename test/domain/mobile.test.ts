import { describe, expect, it } from '@jest/globals';
import { entryMobile, maskMobile, parseMobile } from '../../src/domain/mobile.ts';

describe('parseMobile', () => {
  it.each([
    '0701234567',
    '070-123 45 67',
    '070.123.45.67',
    '46701234567',
    '0046701234567',
    '+46 (0)70 123 45 67',
    '+46701234567 ',
    '(+46) 70-123 45 67',
    '( +46 )70 123 45 67',
    '(0046) 70-123 45 67',
    '(+46) (0)70-123 45 67',
    '(070) 123 45 67',
    '（＋46）70-123 45 67',
    '０７０－１２３　４５　６７',
    '\u202a070-123 45 67\u202c',
    '070\u00a0123\u202f45\u00a067',
  ])('reads %j as the one number', (input) => {
    expect(parseMobile(input, ['SE'])).toBe('+46701234567');
  });

  it.each(['072', '073', '076', '079'])('takes %s, a mobile range', (prefix) => {
    expect(parseMobile(`${prefix}1234567`, ['SE'])).toBe(`+46${prefix.slice(1)}1234567`);
  });

  it.each([
    ['unused range', '0711234567'],
    ['pager', '0741234567'],
    ['personal number', '0751234567'],
    ['shared cost', '0771234567'],
    ['company number', '0101234567'],
    ['fixed line', '08123456'],
    ['premium rate', '09001234567'],
    ['premium rate', '09391234567'],
    ['premium rate', '09441234567'],
    ['too short', '070123456'],
    ['too long', '07012345678'],
    ['Norwegian', '+4790123456'],
    ['Danish', '+4520123456'],
    ['emergency', '112'],
    ['with an extension', '070-123 45 67 ext 5'],
    ['with an extension', '070-123 45 67;ext=5'],
    ['with words', 'ring 070-123 45 67'],
    ['with letters', '07O1234567'],
    ['two numbers', '0701234567 0701234568'],
    ['no number', ''],
    ['overlong', `070-123${' '.repeat(40)}45 67`],
  ])('refuses a %s: %j', (_, input) => {
    expect(parseMobile(input, ['SE'])).toBeUndefined();
  });

  it('takes other countries where they are listed, the first being home', () => {
    expect(parseMobile('+4790123456', ['SE', 'NO'])).toBe('+4790123456');
    expect(parseMobile('90123456', ['NO', 'SE'])).toBe('+4790123456');
    expect(parseMobile('90123456', ['SE', 'NO'])).toBeUndefined();
    expect(parseMobile('+4520123456', ['DK'])).toBe('+4520123456');
    expect(parseMobile('0701234567', [])).toBeUndefined();
  });

  it('reads forty signs and looks at no more', () => {
    const written = (signs: number) => `070-123${' '.repeat(signs - 12)}45 67`;
    expect(written(40)).toHaveLength(40);
    expect(parseMobile(written(40), ['SE'])).toBe('+46701234567');
    expect(parseMobile(written(41), ['SE'])).toBeUndefined();
  });
});

describe('entryMobile', () => {
  it('is the number that the entry holds, if it holds one', () => {
    expect(entryMobile({ mobile: '070-123 45 67' }, ['SE'])).toBe('+46701234567');
    expect(entryMobile({ mobile: '08123456' }, ['SE'])).toBeUndefined();
    expect(entryMobile({}, ['SE'])).toBeUndefined();
    expect(entryMobile(undefined, ['SE'])).toBeUndefined();
  });
});

describe('maskMobile', () => {
  it('shows the country code and the last two digits', () => {
    expect(maskMobile('+46701234567')).toBe('+46 ••• •• •• 67');
    expect(maskMobile('+4790123456')).toBe('+47 •• •• •• 56');
    expect(maskMobile('+3546112345')).toBe('+354 ••• •• 45');
  });
});
