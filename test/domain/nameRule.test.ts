import { describe, expect, it } from '@jest/globals';
import { forbiddenNames, holdsName } from '../../src/domain/passwords/nameRule.ts';

describe('the names that Active Directory refuses in a password', () => {
  it('are the account name as a whole and each word of the display name', () => {
    expect(forbiddenNames('natt-norr', 'Hemvården, Väst_2#öppet')).toEqual([
      'natt-norr',
      'Hemvården',
      'Väst',
      'öppet',
    ]);
  });

  it('have three characters or more', () => {
    expect(forbiddenNames('nn', 'AB Hem-Ö')).toEqual(['Hem']);
  });

  it('are told once, and not beside a shorter one that they hold', () => {
    expect(forbiddenNames('hemnorr', 'Norr HEM')).toEqual(['Norr', 'HEM']);
    expect(forbiddenNames('Hemmet', 'hemmet')).toEqual(['Hemmet']);
    expect(forbiddenNames('hemmet', undefined)).toEqual(['hemmet']);
  });

  it.each([
    ['Kaffe-HEMMET-9', true],
    ['Kaffehemmet9', true],
    ['Kaffe-hem-met9', false],
  ])('are found in %s, in any case: %s', (password, expected) => {
    expect(holdsName(password, ['Hemmet'])).toBe(expected);
  });
});
