import {
  choice,
  countries,
  matching,
  parsed,
  secret,
  SENDER,
  wholeNumber,
  TEXTS,
} from './parsers.ts';
import { origin } from './shapes.ts';

/** The SMS service. */
export const SMS = {
  SMS_PROVIDER: choice('twilio', 'console').default('twilio').register(TEXTS, {
    meaning: '`twilio`, or `console` (prints the SMS; never in production)',
    default: 'twilio',
  }),
  TWILIO_ACCOUNT_SID: matching(/^AC[0-9A-Za-z]+$/, "the account's SID, AC…")
    .optional()
    .register(TEXTS, { meaning: "Twilio's account SID, `AC…`", isNeeded: true }),
  TWILIO_AUTH_TOKEN: secret("the account's auth token")
    .optional()
    .register(TEXTS, { meaning: 'its auth token', isNeeded: true }),
  TWILIO_FROM: matching(
    SENDER,
    'a number in E.164 (+46…) or a sender name: at most 11 letters, digits and spaces, one letter or more',
  )
    .optional()
    .register(TEXTS, {
      meaning:
        'the sender: a number in E.164, or a name of at most 11 letters, digits and spaces; or the next',
      isNeeded: true,
      example: 'Treserva',
    }),
  TWILIO_MESSAGING_SERVICE_SID: matching(/^MG[0-9A-Za-z]+$/, "the service's SID, MG…")
    .optional()
    .register(TEXTS, { meaning: 'a messaging service instead of `TWILIO_FROM`, `MG…`' }),
  TWILIO_API_URL: parsed('an https origin (http for loopback hosts only)', origin)
    .default('https://api.twilio.com')
    .register(TEXTS, { meaning: "Twilio's API", default: 'https://api.twilio.com' }),
  TWILIO_REDACTION: choice('on', 'off').default('on').register(TEXTS, {
    meaning:
      '`on`: messages ask Twilio to discard their text and to obfuscate the number; `off` where the account has no message redaction (30029, 30030)',
    default: 'on',
  }),
  SMS_COUNTRIES: countries.default(['SE']).register(TEXTS, {
    meaning: 'ISO codes of the countries that a mobile may belong to, separated by commas',
    default: 'SE',
  }),
  SMS_PER_DAY: wholeNumber(1, 1_000_000).default(2000).register(TEXTS, {
    meaning:
      'ceiling of code messages per 24 h over all accounts and instances, the last fifth for enrolled numbers',
    default: '2000',
  }),
};
