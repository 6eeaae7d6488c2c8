import { describe, expect, it } from '@jest/globals';
import { complexityOf, forbiddenNames } from '../../src/domain/passwords/complexity.ts';

describe('the complexity of a password', () => {
  it.each([
    ['kaffegardin', false],
    ['kaffe-gardin', false],
    ['Kaffegardin', false],
    ['Kaffe gardin', true],
    ['kaffe-gardin9', true],
    ['ÅKER-äng', true],
    ['かkaffe9', true],
  ])('tells of %s %s, as Active Directory counts kinds of characters', (password, expected) => {
    expect(complexityOf(password).isComplex).toBe(expected);
  });
});

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
    expect(complexityOf(password, ['Hemmet']).holdsName).toBe(expected);
  });
});
