import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '../../src/domain/durations.ts';
import { textOf } from '../support/chatDriver.ts';
import { houseOfSuite, houseOfTest } from '../support/ofSuite.ts';
import { FIRST_PASSWORD, newEnrolled, reset, resetToPassword } from '../support/walks.ts';

const house = await houseOfSuite();

const GOOD = 'Kaffekanna-Blomma-42';
const both = (password: unknown) => ({ newPassword: password, confirmPassword: password });

describe('the new password', () => {
  it('shows its rules before anything is typed', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    const text = textOf(walker.chat.card);
    expect(text).toMatch(/8/);
    expect(text).toMatch(/25/);
    expect(text).toMatch(/å/);
  });

  it.each([
    ['short with å', both('Kå1-xyz'), ['✗', '✗', '•', '✓', '✓', '•', '✓']],
    [
      'twice differently',
      { newPassword: GOOD, confirmPassword: 'x' },
      ['✓', '✓', '✓', '✓', '✓', '•', '✓'],
    ],
    ['common', both('Password123!'), ['✓', '✓', '✓', '✓', '✓', '✓', '✗']],
    ['as before', both(FIRST_PASSWORD), ['✓', '✓', '✓', '✓', '✓', '✗', '✓']],
    ['empty', both(''), ['•', '•', '•', '•', '•', '•', '•']],
    ['once only', { newPassword: 'Kå1-xyz' }, ['•', '•', '•', '•', '•', '•', '•']],
    ['too simple for the directory', both('kaffekannablomma'), ['✓', '✓', '✓', '✗', '✓', '•', '•']],
  ])(
    'typed %s is answered with which rules it kept, as far as known',
    async (_name, inputs, signs) => {
      const walker = await newEnrolled(house);
      await resetToPassword(house, walker);
      await walker.chat.tap('setPassword', inputs);
      const lines = textOf(walker.chat.card).match(/^[✓✗•] (?!• )\S.*/gm) ?? [];
      expect(lines.map((line) => line.charAt(0))).toEqual(signs);
    },
  );

  it.each([
    ['with 8 characters', 'Ka-42xyq'],
    ['with 64 characters', `Ka-42${'xyqz'.repeat(14)}abc`],
    ['with 127 characters', `Ka-42${'xyqz'.repeat(30)}ab`],
    ['with spaces within', 'Kaffekanna  Blomma 42'],
    ['with quotes and backslashes', 'Kaffe"kanna\\42\'<>&%${x}'],
    ['with an emoji', 'Kaffekanna-42-\u{1F600}'],
    ['with a decomposed letter', 'Kaffe-42-e\u0301e'],
  ])('%s is set verbatim', async (_name, password) => {
    const walker = await newEnrolled(house);
    expect(await reset(house, walker, password)).toBe('reset.done');
    expect(house.directory.hasPassword(walker.accountDn, password)).toBe(true);
  });

  it('sends the directory the history control, critical, and lifts its lockout in one write', async () => {
    const walker = await newEnrolled(house);
    house.directory.lock(walker.accountDn);
    expect(await reset(house, walker, GOOD)).toBe('reset.done');
    const write = house.directory.writes.filter(({ dn }) => dn === walker.accountDn).at(-1);
    expect(write?.attributes).toEqual(expect.arrayContaining(['unicodePwd', 'lockoutTime']));
    expect(write?.controls).toEqual([
      expect.objectContaining({ oid: '1.2.840.113556.1.4.2239', isCritical: true }),
    ]);
    expect(house.directory.get(walker.accountDn, 'lockoutTime')).toEqual(['0']);
  });
});

describe('earlier passwords', () => {
  it('are refused for twenty-five changes and no more', async () => {
    const open = await houseOfTest({ policy: { historyLength: 0 } });
    const walker = await newEnrolled(open);
    const passwords = Array.from({ length: 26 }, (_, index) => {
      const letters = String.fromCharCode(97 + index).repeat(3);
      return `Blomma-${letters}-kanna-7`;
    });
    for (const password of passwords) {
      open.passTime(HOUR_MS * 25);
      expect(await reset(open, walker, password)).toBe('reset.done');
    }
    open.passTime(HOUR_MS * 25);
    await resetToPassword(open, walker);
    expect(await walker.chat.tap('setPassword', both(passwords[1]))).toBe(
      'reset.newPassword passwordUsedBefore',
    );
    expect(await walker.chat.tap('setPassword', both(passwords[0]))).toBe('reset.done');
  });
});

describe('a reset', () => {
  it('writes nothing when they pass while the directory is asked', async () => {
    const walker = await newEnrolled(house);
    await resetToPassword(house, walker);
    const writes = house.directory.writes.length;
    house.directory.fault = () => {
      house.directory.fault = undefined;
      house.passTime(15 * MINUTE_MS + 1_000);
      return undefined;
    };
    expect(await walker.chat.tap('setPassword', both(GOOD))).toBe('home flowExpired');
    expect(house.directory.fault).toBeUndefined();
    expect(house.directory.writes.length).toBe(writes);
  });
});
