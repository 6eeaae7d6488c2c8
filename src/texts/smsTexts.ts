import type { Locale } from '../domain/parties.ts';
import { Secret } from '../domain/secret.ts';
import { smsText } from './smsText.ts';
import type { NoticeFacts } from '../ports/noticeView.ts';
import type { SmsTexts } from '../ports/sms.ts';
import { createTexts, createWords } from './texts.ts';

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
