import { describe, expect, it } from '@jest/globals';
import {
  loweredPasswords,
  passwordFaults,
  forbiddenCharacter,
} from '../../src/domain/passwords/passwordPolicy.ts';
import type { TypedPassword } from '../../src/domain/passwords/passwordPolicy.ts';

const NAMES = ['Hemtjänst Norr', 'hemtjanst-norr', 'orebro.example.se'];

function faults(newPassword: string | undefined, change: Partial<TypedPassword> = {}) {
  return passwordFaults({
    newPassword,
    confirmPassword: newPassword,
    rules: { minLength: 8, forbiddenCharacters: 'åäöÅÄÖ' },
    directoryMinLength: 0,
    contextNames: NAMES,
    ...change,
  });
}

/** A password without a pattern, of that many characters. */
const long = (length: number): string => 'Tk7-bQx9 '.repeat(20).slice(0, length);

describe('passwordFaults', () => {
  it.each([8, 64, 127])('accepts %d characters', (length) => {
    expect(faults(long(length))).toEqual([]);
  });

  it('counts characters as people do, not bytes or halves', () => {
    expect(faults('😀kX7-qR')).toEqual(['passwordTooShort']);
    expect(faults('😀kX7-qRz')).toEqual([]);
  });

  it('refuses 7 characters and less than the directory asks for', () => {
    expect(faults(long(7))).toEqual(['passwordTooShort']);
    expect(faults(long(11), { directoryMinLength: 12 })).toEqual(['passwordTooShort']);
    expect(faults(long(12), { directoryMinLength: 12 })).toEqual([]);
  });

  it('says only too short of nothing at all', () => {
    expect(faults('', { confirmPassword: 'x' })).toEqual(['passwordTooShort']);
    expect(faults(undefined)).toEqual(['passwordTooShort']);
  });

  it('says only too long of 128 characters, also where the two differ', () => {
    expect(faults(long(128))).toEqual(['passwordTooLong']);
    expect(faults(long(128), { confirmPassword: 'x' })).toEqual(['passwordTooLong']);
  });

  it.each([undefined, '', 'Tk7-bQx8', 'Tk7-bQx9 '])('wants the same again, not %j', (again) => {
    expect(faults('Tk7-bQx9', { confirmPassword: again })).toEqual(['passwordMismatch']);
  });

  it('does not take one spelling of a letter for another', () => {
    const [composed, decomposed] = ['Tk7-bQ\u00e9x9', 'Tk7-bQe\u0301x9'];
    expect(faults(composed, { confirmPassword: decomposed })).toEqual(['passwordMismatch']);
    expect(faults(decomposed)).toEqual([]);
  });

  it.each([
    ['å', 'Tk7-bQx\u00e5'],
    ['a and a ring', 'Tk7-bQxa\u030a'],
    ['a, a dot below and a ring', 'Tk7-bQxa\u0323\u030a'],
    ['the ångström sign', 'Tk7-bQx\u212b'],
    ['O and two dots', 'Tk7-O\u0308bQx'],
    ['half a character', 'Tk7-bQx9\ud83d'],
  ])('refuses %s', (_, password) => {
    expect(faults(password)).toEqual(['passwordForbiddenCharacter']);
  });

  it('refuses what the rules name and nothing else', () => {
    const rules = { minLength: 8, forbiddenCharacters: 'a😀"' };
    expect(faults('Tk7-bQx\u00e5', { rules })).toEqual([]);
    expect(faults('Tk7-bQxa', { rules })).toEqual(['passwordForbiddenCharacter']);
    expect(faults('Tk7-bQx😀', { rules })).toEqual(['passwordForbiddenCharacter']);
    expect(faults('Tk7-bQx"', { rules })).toEqual(['passwordForbiddenCharacter']);
    expect(faults('Tk7-åäöÅÄÖ', { rules: { minLength: 8, forbiddenCharacters: '' } })).toEqual([]);
  });

  it.each([
    ['edge', [' Tk7-bQx9', 'Tk7-bQx9 ', 'Tk7-bQx9\u00a0', '\tTk7-bQx9', '\u3000Tk7-bQx9']],
    [
      'invisible',
      // No-break space, zero width space, byte order mark, line separator, ideographic space,
      // right-to-left mark, soft hyphen, zero width joiner, narrow no-break space, a control character.
      [...'\u00a0\u200b\ufeff\u2028\u3000\u200f\u00ad\u200d\u202f\u0007'].map(
        (sign) => `Tk7-${sign}bQx9`,
      ),
    ],
    // Also beside a sign that is taken away: else the next try would be refused as well.
    ['named', ['Tk7-bQx\u00e5', 'Tk7-bQx\u00e5 ', '\u00e5Tk7-\u200bbQx']],
  ])('names a character of the kind %s', (kind, passwords) => {
    for (const password of passwords) {
      const named = [password, faults(password), forbiddenCharacter(password, 'åäöÅÄÖ')];
      expect(named).toEqual([password, ['passwordForbiddenCharacter'], kind]);
    }
  });

  it('names all faults in the order of the contract', () => {
    expect(faults('Höst1', { confirmPassword: 'x' })).toEqual([
      ...['passwordMismatch', 'passwordTooShort'],
      ...['passwordForbiddenCharacter', 'passwordTooCommon'],
    ]);
  });

  it.each(['Tk7 - bQx', 'Tk7"bQ\\x', 'korrekt hast batteri', '{Tk7}-$(x)', 'Тк7-бКх9'])(
    'takes %j as it is',
    (password) => {
      expect(faults(password)).toEqual([]);
    },
  );
});

describe('passwordFaults, common passwords', () => {
  const free = { rules: { minLength: 8, forbiddenCharacters: '' } };

  it.each([
    // On the list, in any case, with or without decoration.
    ...['12345678', '11111111', 'password', 'Password1', 'PASSWORD123!', 'qwertyui', '1q2w3e4r'],
    ...['iloveyou', 'Iloveyou1', 'letmein2026', 'welcome1', 'abc12345', '1qaz2wsx', 'admin1234'],
    ...['trustno1', 'sunshine', 'football', 'superman', 'P@ssw0rd2026!', 'Sup3rman!!', 'hammarby1'],
    ...['sverige2026', '!!Dragon!!', 'm0nkey2027'],
    // One piece again and again, or a row.
    ...['aaaaaaaa', 'abababab', 'abcabcabc', 'abcdefgh', 'asdfghjkl', '87654321', 'Abcdef-12'],
    // Words of the place.
    ...['losenord', 'Losenord1', 'lösenord99', 'LÖSENORD!', 'Losenord2027!'],
    // Seasons and months.
    ...[
      'Sommar2026!',
      'sommar-2027',
      'Vinter2026',
      'Host2026!',
      'Höst2026!',
      'Vår-2027!',
      'Var202627',
    ],
    ...[
      'Summer2026',
      'autumn2027!',
      'Winter!2026',
      'Spring26!!',
      'Januari2027',
      'Mars-2027',
      'maj2027!!',
    ],
    ...['October2026', 'okt202612', '2026december', 'Augusti.26'],
    // The account's own names.
    ...[
      'hemtjanst1',
      'Hemtjanst2026',
      'Hemtjänst-1',
      'hemtjanstnorr',
      'HemtjanstNorr1!',
      'norr2026!',
    ],
    ...['orebro2026', 'Örebro-2027'],
  ])('refuses %s', (password) => {
    expect(faults(password, free)).toEqual(['passwordTooCommon']);
  });

  it.each([
    ...['Blomma-Tegel-7731', 'Tallkotte-2031', 'korvstoppning i regn', 'Sommarkatt-4711'],
    ...[
      'norr och soder 17',
      'Hemtjanst-Kotte-9',
      'qzkvmwpt',
      'Tk7-bQx9',
      'x8#Maj?kRt',
      'Se-vit-kaffe',
    ],
  ])('accepts %s', (password) => {
    expect(faults(password, free)).toEqual([]);
  });

  it('asks only for the names of this account', () => {
    expect(faults('Lundby2026', { ...free, contextNames: ['Lundby'] })).toHaveLength(1);
    expect(faults('Lundby2026', { ...free, contextNames: ['Lundby-Vest'] })).toHaveLength(1);
    expect(faults('Lundby2026', { ...free, contextNames: ['Tuve'] })).toEqual([]);
  });

  it('leaves the short words of a name alone', () => {
    expect(faults('Tvx-2027-99', { ...free, contextNames: ['tvx', 'ab-tvx'] })).toEqual([]);
    expect(faults('8402-7715-93', { ...free, contextNames: ['12', ''] })).toEqual([]);
  });
});

describe('loweredPasswords', () => {
  it.each([
    ['abc10', ['abc09', 'abc9']],
    ['abc09', ['abc08']],
    ['abc2', ['abc1']],
    ['abc1', ['abc0']],
    ['abc100', ['abc099', 'abc99']],
    ['Kotte2027!', ['Kotte2026!']],
    ['1-kotte-7 x', ['1-kotte-6 x']],
    ['7kotte', ['6kotte']],
    ['kotte', []],
    ['kotte0', []],
    ['kotte00!', []],
    ['a\n5\n', ['a\n4\n']],
    ['x90071992547409930', ['x90071992547409929']],
  ])('finds what %j may have been before: %j', (password, earlier) => {
    expect(loweredPasswords(password)).toEqual(earlier);
  });
});
