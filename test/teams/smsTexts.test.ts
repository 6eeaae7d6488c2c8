import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../src/domain/durations.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Locale } from '../../src/domain/parties.ts';
import type { CodePurpose } from '../../src/ports/sms.ts';
import { createSmsTexts } from '../../src/texts/smsText.ts';
import { createTexts } from '../../src/texts/texts.ts';
import { NOTICE_EVENTS } from './noticeViews.ts';
import { NOW } from './sampleParts.ts';

/** Some changes have no known author; an enrollment in one's own name should be one's own. */
const UNNAMED = [
  'outsideChange',
  'revoke',
  'lockoutCleared',
  'removal',
  'removalAhead',
  'overdue',
  'ownEnrollment',
  'responsibilityChanged',
];
const BY_A_MANAGER = NOTICE_EVENTS.filter((event) => !UNNAMED.includes(event));

const LOCALES: readonly Locale[] = ['sv', 'en'];
const PURPOSES: readonly CodePurpose[] = ['enrollment', 'oldNumber', 'reset', 'unlock'];
const ORDINARY = { accountName: 'hemvardsgruppen', byName: 'Anna Berg', at: NOW };
const NAMES = [
  ORDINARY,
  { accountName: 'å'.repeat(64), byName: 'Đorđe Čović-Łukasz 👩🏽‍⚕️ '.repeat(4), at: NOW },
  { accountName: '1234567890'.repeat(6), byName: '00482913 ^{}[]~|€'.repeat(4), at: NOW },
  { accountName: 'https://evil.example', byName: 'www.evil.example\n999999', at: NOW },
  { accountName: '{code} {time}', byName: '<b>—“x”</b>', at: NOW },
];

// 3GPP TS 23.038, written down once more so that the product's own table is not its own judge.
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
  'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '\f^{}\\[~]|€';

function septets(text: string): number {
  return [...text]
    .map((sign) => (BASIC.includes(sign) ? 1 : EXTENDED.includes(sign) ? 2 : Infinity))
    .reduce((sum, count) => sum + count, 0);
}

const WORDING = createTexts();
const texts = (codeLength = 6): ReturnType<typeof createSmsTexts> =>
  createSmsTexts({ timeZone: 'Europe/Stockholm', codeLength }, WORDING);

/** Every code and notice for every name; the notices with all their additions, or with each set of them. */
function everyMessage(
  codeLength: number,
  code: string,
  isAdded: readonly boolean[] = [true],
): { text: string; hasCode: boolean }[] {
  const sms = texts(codeLength);
  return LOCALES.flatMap((locale) =>
    NAMES.flatMap((names) => [
      ...PURPOSES.map((purpose) => ({
        text: sms.code(locale, purpose, { code: new Secret(code), ...names }).reveal(),
        hasCode: true,
      })),
      ...NOTICE_EVENTS.flatMap((event) =>
        isAdded.flatMap((hasAgent) =>
          isAdded.map((hasUntil) => ({
            text: sms.notice(locale, event, {
              ...names,
              agentName: hasAgent ? names.byName : undefined,
              until: hasUntil ? NOW + DAY_MS : undefined,
            }),
            hasCode: false,
          })),
        ),
      ),
    ]),
  );
}

describe('sms texts', () => {
  const everyOrdinary = everyMessage(6, '048291', [true, false]);

  it('fit one message whatever the names are', () => {
    const tooLong = everyOrdinary.filter(({ text }) => septets(text) > 160);
    expect(tooLong).toEqual([]);
  });

  it.each([
    [6, '048291', everyOrdinary],
    [7, '0482913', everyMessage(7, '0482913')],
    [8, '04829134', everyMessage(8, '04829134')],
  ])(
    'begin with the code of %d digits and hold no other run as long',
    (codeLength, code, every) => {
      const run = new RegExp(`[0-9]{${String(codeLength)},}`, 'g');
      const runs = every.map(({ text }) => (text.match(run) ?? []).join());
      expect(runs).toEqual(every.map(({ hasCode }) => (hasCode ? code : '')));
      expect(every.filter(({ text, hasCode }) => text.startsWith(code) !== hasCode)).toEqual([]);
    },
  );

  it('hold no link', () => {
    expect(everyOrdinary.filter(({ text }) => /\/|[a-z]\.[a-z]/i.test(text))).toEqual([]);
  });

  it.each(PURPOSES)(
    'name account, requester and time of %s and warn against sharing',
    (purpose) => {
      const sms = texts();
      const swedish = sms.code('sv', purpose, { code: new Secret('048291'), ...ORDINARY });
      expect(String(swedish)).toBe('[secret]');
      expect(swedish.reveal()).toMatch(
        /^048291 .*hemvardsgruppen\. Begärd av Anna Berg kl\. 14\.31\. Lämna aldrig ut koden\.$/,
      );
      const english = sms.code('en', purpose, { code: new Secret('048291'), ...ORDINARY });
      expect(english.reveal()).toMatch(
        /^048291 .*hemvardsgruppen\. Requested by Anna Berg at 14:31\. Never share the code\.$/,
      );
    },
  );

  it.each(PURPOSES)('say what the code of %s is for, each in its own words', (purpose) => {
    const sms = texts();
    const opening = (of: CodePurpose): string =>
      sms
        .code('sv', of, { code: new Secret('048291'), ...ORDINARY })
        .reveal()
        .split('hemvard')[0]!;
    const others = PURPOSES.filter((other) => other !== purpose).map(opening);
    expect(others).not.toContain(opening(purpose));
  });

  it.each(BY_A_MANAGER)('tell of %s who did it, to what and when', (event) => {
    const text = texts().notice('sv', event, ORDINARY);
    expect(text).toContain('hemvardsgruppen');
    expect(text).toContain('Anna Berg');
    expect(text).toContain('23 november kl. 14.31');
  });

  it.each(['firstEnrollment', 'ownEnrollment', 'revoke', 'lockoutCleared'] as const)(
    'tell of %s with the agent of the service desk who had a part in it',
    (event) => {
      for (const locale of LOCALES) {
        const text = texts().notice(locale, event, { ...ORDINARY, agentName: 'Dag Servicesson' });
        expect(text).toContain('Dag Servicesson');
        expect(text).not.toMatch(/administrat/);
      }
    },
  );

  it.each(['firstEnrollment', 'ownEnrollment'] as const)(
    'tell of %s from when the number counts, in full where the names are ordinary',
    (event) => {
      const told = (locale: Locale, until?: number) =>
        texts().notice(locale, event, { ...ORDINARY, until });
      const waiting = NOW + DAY_MS;
      expect(told('sv')).toMatch(/ nu /i);
      expect(told('sv', waiting)).toMatch(
        /hemvardsgruppen 23 november kl\. 14\.31\. Numret gäller från 24 november kl\. 14\.32\. Fel\?/,
      );
      expect(told('en', waiting)).toContain('. It works from 24 November at 14:32. Wrong?');
      const names = { ...ORDINARY, byName: 'Anna-Karin Lindström' };
      const long = texts().notice('sv', 'firstEnrollment', { ...names, until: waiting });
      expect(long).toContain('Anna-Karin Lindström registrerade sin mobil för hemvardsgruppen 23');
      for (const text of [told('sv', waiting), told('en', waiting)]) {
        expect(text).not.toMatch(/\bnu\b|\bnow\b/);
      }
    },
  );

  it.each(['firstEnrollment', 'ownEnrollment'] as const)(
    'tell of %s from when a number counts that an agent had a part in',
    (event) => {
      const vouched = { ...ORDINARY, agentName: 'Dag Servicesson', until: NOW + DAY_MS };
      expect(texts().notice('sv', event, vouched)).toMatch(
        / för hemvardsgruppen via Dag Servicesson, servicedesk\. Numret gäller från 24 november kl\. 14\.32\. /,
      );
      expect(texts().notice('en', event, vouched)).toMatch(
        / for hemvardsgruppen via Dag Servicesson, service desk\. It works from 24 November at 14:32\. /,
      );
    },
  );

  it.each([
    ['sv', 'manifest.json', /"short": "([^"]+)"/],
    ['en', 'en.json', /"name\.short": "([^"]+)"/],
  ] as const)('send to the app in %s by the name that Teams shows', (locale, file, name) => {
    const manifest = readFileSync(join(import.meta.dirname, '../../manifest', file), 'utf8');
    const [, app = 'none'] = name.exec(manifest) ?? [];
    expect(texts().notice(locale, 'overdue', ORDINARY)).toContain(` ${app} `);
  });

  it('tell of a revoke without the name that the administrator has on the host', () => {
    const text = texts().notice('sv', 'revoke', { ...ORDINARY, byName: 'root' });
    expect(text).toContain('hemvardsgruppen');
    expect(text).toContain('en administratör');
    expect(text).not.toContain('root');
  });
});
