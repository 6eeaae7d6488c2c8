import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import { Secret } from '../../src/domain/secret.ts';
import { REASONS } from '../../src/domain/reasons.ts';
import type { Locale } from '../../src/domain/parties.ts';
import type { CodePurpose } from '../../src/ports/sms.ts';
import { createCards } from '../../src/teams/cards/cards.ts';
import { createSmsTexts } from '../../src/texts/smsText.ts';
import { createTexts, createWords } from '../../src/texts/texts.ts';
import { NOTICE_EVENTS } from './noticeViews.ts';
import { NOW } from './sampleParts.ts';
import { SAMPLES, problemsOf, withProblem } from './sampleViews.ts';

const PURPOSES: readonly CodePurpose[] = ['enrollment', 'oldNumber', 'reset', 'unlock'];
const texts = createTexts();

describe('texts', () => {
  it('are complete in both languages', () => {
    expect(texts.keys().filter((key) => !texts.has(key))).toEqual([]);
  });

  it('name the same things in both languages', () => {
    const different = texts
      .keys()
      .filter(
        (key) =>
          [...texts.placeholders('sv', key)].sort().join() !==
          [...texts.placeholders('en', key)].sort().join(),
      );
    expect(different).toEqual([]);
  });

  it('are all shown somewhere', () => {
    const used = new Set<string>();
    const recording = {
      ...texts,
      text: (locale: Locale, key: string, values = {}) => {
        used.add(key);
        return texts.text(locale, key, values);
      },
    };
    const options = { serviceDesk: 'x', timeZone: 'Europe/Stockholm', codeLength: 6 };
    const cards = createCards(options, recording);
    const sms = createSmsTexts(options, recording);
    for (const { view } of SAMPLES) cards.draw(view, 'sv', NOW);
    const names = new Set(SAMPLES.map(({ view }) => view.card));
    for (const problem of REASONS.flatMap(problemsOf)) {
      for (const name of names) {
        const shown = withProblem(name, problem);
        if (shown !== undefined) cards.draw(shown, 'sv', NOW);
      }
    }
    const facts = { accountName: 'a', byName: 'b', at: NOW };
    for (const purpose of PURPOSES) sms.code('sv', purpose, { code: new Secret('1'), ...facts });
    for (const event of NOTICE_EVENTS) sms.notice('sv', event, facts);

    // The chat's own sentences are used by the bot, without a card.
    const unused = texts.keys().filter((key) => !used.has(key) && !key.startsWith('chat.'));
    expect(unused).toEqual([]);
  });

  it('fail loudly for an unknown key or a missing value', () => {
    expect(() => texts.text('sv', 'home.nothing')).toThrow('no text home.nothing in sv');
    expect(() => texts.text('sv', 'account')).toThrow('accountName');
  });

  it('hold no Swedish that was left in the English file', () => {
    const same = texts
      .keys()
      .filter((key) => texts.placeholders('sv', key).length === 0)
      .filter((key) => texts.text('sv', key) === texts.text('en', key));
    expect(same).toEqual(['help.word.status', 'enrollment.mobile.mobilePlaceholder']);
  });
});

describe('words', () => {
  const sv = createWords(texts, 'sv', 'Europe/Stockholm');
  const en = createWords(texts, 'en', 'Europe/Stockholm');
  const at = (iso: string): number => Date.parse(iso);

  it('tells the end of a wait by the day on which it falls, never too early', () => {
    expect(sv.until(NOW + 60_000, NOW)).toBe('kl. 14.33');
    expect(sv.until(NOW + 12 * 3_600_000, NOW)).toBe('i morgon kl. 02.32');
    expect(sv.until(NOW + 4 * DAY_MS, NOW)).toBe('fredag 27 november kl. 14.32');
    expect(en.until(NOW + 60_000, NOW)).toBe('14:33');
    expect(en.until(NOW + DAY_MS, NOW)).toBe('tomorrow at 14:32');
  });

  it('tells the end of what holds, never too late', () => {
    expect(sv.holdsUntil(NOW + 60_000, NOW)).toBe('kl. 14.32');
    expect(sv.holdsUntil(NOW + 12 * 3_600_000, NOW)).toBe('i morgon kl. 02.31');
    expect(en.holdsUntil(NOW + 60_000, NOW)).toBe('14:32');
  });

  it('counts days by the calendar of the time zone, also when the clock is put forward', () => {
    // 2027-03-28 has 23 hours in Stockholm.
    const now = at('2027-03-27T22:30:00Z');
    expect(sv.until(at('2027-03-28T21:30:00Z'), now)).toBe('i morgon kl. 23.30');
    expect(sv.distance(at('2027-03-28T22:30:00Z'), now)).toBe('i övermorgon');
  });

  it.each([
    [0, '23 november', '23 November'],
    [90, '21 februari', '21 February'],
    [365, '23 november 2027', '23 November 2027'],
    [-400, '19 oktober 2025', '19 October 2025'],
  ])(
    'tells the date %d days away with its year only where that is in doubt',
    (days, swedish, english) => {
      expect(sv.date(NOW + days * DAY_MS, NOW)).toBe(swedish);
      expect(en.date(NOW + days * DAY_MS, NOW)).toBe(english);
    },
  );

  it.each([
    [0, 'i dag', 'today'],
    [-1, 'i går', 'yesterday'],
    [-13, 'för 13 dagar sedan', '13 days ago'],
    [-14, 'för 2 veckor sedan', '2 weeks ago'],
    [-90, 'för 3 månader sedan', '3 months ago'],
    [-730, 'för 2 år sedan', '2 years ago'],
    [-800, 'för 2 år sedan', '2 years ago'],
    [730, 'om 2 år', 'in 2 years'],
    [5, 'om 5 dagar', 'in 5 days'],
  ])('tells a distance of %d days as people do', (days, swedish, english) => {
    expect(sv.distance(NOW + days * DAY_MS, NOW)).toBe(swedish);
    expect(en.distance(NOW + days * DAY_MS, NOW)).toBe(english);
  });
});
