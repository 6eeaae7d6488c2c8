import type { Locale } from '../domain/parties.ts';
import { Secret } from '../domain/secret.ts';
import type { NoticeFacts } from '../ports/noticeView.ts';
import type { SmsTexts } from '../ports/sms.ts';
import { createTexts, createWords } from './texts.ts';

/** The capacity of one message part, in septets (3GPP TS 23.040). */
const MAX_SEPTETS = 160;

// 3GPP TS 23.038: the default alphabet, and its extension of two septets each.
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '^{}\\[~]|€\f';

const SEPTETS = new Map([
  ...[...BASIC].map((sign) => [sign, 1] as const),
  ...[...EXTENSION].map((sign) => [sign, 2] as const),
]);

/** Signs of names and texts whose plain form Unicode does not know. */
const PLAIN: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '´': "'",
  '`': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '‑': '-',
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
  œ: 'oe',
  Œ: 'OE',
};

/** The septets that a text takes; undefined where it has a sign outside GSM-7, which would double its price. */
export function septets(text: string): number | undefined {
  let sum = 0;
  for (const sign of text) {
    const count = SEPTETS.get(sign);
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

/** The text in GSM-7: without the accents that GSM-7 lacks, `?` for signs without a plain form. */
export function toGsm7(text: string): string {
  return text.normalize('NFC').replace(FOREIGN, plainSign);
}

/** A sign that GSM-7 lacks. */
const FOREIGN = new RegExp(`[^${[...SEPTETS.keys()].join('').replace(/[\\\]^-]/g, '\\$&')}]`, 'gu');

function plainSign(sign: string): string {
  const plain = PLAIN[sign] ?? sign.normalize('NFKD').replace(/[\p{M}\p{Cf}]/gu, '');
  return [...plain].map((part) => (SEPTETS.has(part) ? part : '?')).join('');
}

/**
 * A message of at most 160 septets: GSM-7 throughout, long names shortened, no name read as a link,
 * and no run of `codeLength` digits but `code`, which the text begins with.
 */
export function smsText<Names extends Readonly<Record<string, string>>>(
  render: (names: Names) => string,
  names: Names,
  codeLength: number,
  code?: string,
): string {
  const parts = new Map(Object.entries(names).map(([key, name]) => [key, plainName(name)]));
  for (;;) {
    const text = withoutOtherCodes(
      toGsm7(render(Object.fromEntries(parts) as Names)),
      codeLength,
      code,
    );
    const [longest, name] = [...parts].reduce(longerOf, ['', '']);
    if ((septets(text) ?? 0) <= MAX_SEPTETS || name.length <= 1) return text;
    parts.set(longest, name.slice(0, -1).trimEnd());
  }
}

function longerOf(a: [string, string], b: [string, string]): [string, string] {
  return b[1].length > a[1].length ? b : a;
}

/** Longer names are cut before they are composed, which a long row of marks would make slow. */
const MAX_NAME_LENGTH = 2 * MAX_SEPTETS;

/** A name on one line, in GSM-7, that no phone turns into a link. */
function plainName(name: string): string {
  return (
    toGsm7(name.slice(0, MAX_NAME_LENGTH).replace(/[\s\p{C}]+/gu, ' '))
      .replace(/\/+/g, ' ')
      // Phones make links of bare domains: no dot stays between two letters.
      .replace(/\.(?=\S)/g, '. ')
      .trim()
      .slice(0, MAX_SEPTETS)
  );
}

/** Only the code may look like a code, to the reader and to a phone that offers to fill it in. */
function withoutOtherCodes(text: string, codeLength: number, code = ''): string {
  const start = text.startsWith(code) ? code : '';
  const run = new RegExp(`[0-9]{${String(codeLength)},}`, 'g');
  const broken = text
    .slice(start.length)
    .replace(run, (digits) => digits.replace(/..(?=.)/g, '$&-'));
  return start + broken;
}

/** The wording of text messages from cards/text.*.json; times are told in `timeZone`. */
export function createSmsTexts(
  options: { readonly timeZone: string; readonly codeLength: number },
  texts = createTexts(),
): SmsTexts {
  const words = {
    sv: createWords(texts, 'sv', options.timeZone),
    en: createWords(texts, 'en', options.timeZone),
  };

  function fitted(
    locale: Locale,
    key: string,
    names: Pick<NoticeFacts, 'accountName' | 'byName' | 'agentName'>,
    others: Readonly<Record<string, string>>,
    code?: string,
  ): string {
    const render = (fittedNames: Readonly<Record<string, string>>): string =>
      texts.text(locale, key, { ...others, ...fittedNames });
    const { accountName, byName, agentName = '' } = names;
    return smsText(render, { accountName, byName, agentName }, options.codeLength, code);
  }

  return {
    code(locale, purpose, { code, at, ...names }) {
      const digits = code.reveal();
      const others = { code: digits, time: words[locale].clock(at) };
      return new Secret(fitted(locale, `sms.code.${purpose}`, names, others, digits));
    },
    notice(locale, event, { at, until, ...names }) {
      const hasAgent = names.agentName === undefined ? 'no' : 'yes';
      const times = {
        at: words[locale].moment(at),
        day: words[locale].date(until ?? at, at),
        from: until === undefined ? 'none' : words[locale].from(until),
      };
      return fitted(locale, `sms.notice.${event}`, names, { ...times, hasAgent });
    },
  };
}
