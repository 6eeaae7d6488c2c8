import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { keyRing, schedule, serviceHosts } from './lists.ts';
import { httpUrl, isBalanced, isDn, ldapUrls, origin, postgresUrl } from './shapes.ts';
import { Secret } from '../domain/secret.ts';

/*
 * One schema per variable of the contract's table. The message of each says what would be right and
 * never repeats what was given: it may be a secret in the wrong place.
 */

const MAX_LINE_LENGTH = 120;
const ONE_LINE = /^\P{C}+$/u;

function required(right: string) {
  return z.string({ error: `is required: ${right}` });
}

function matching(pattern: RegExp, right: string) {
  return required(right).regex(pattern, `must be ${right}`);
}

/** A parser that gives undefined for what is wrong, as a schema. */
function parsed<T>(right: string, parse: (text: string) => T | undefined) {
  return required(right).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${right}` });
    return z.NEVER;
  });
}

function wholeNumber(least: number, most: number) {
  const right = `a whole number from ${String(least)} to ${String(most)}`;
  return parsed(right, (text) => {
    const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
    return number >= least && number <= most ? number : undefined;
  });
}

function choice<const T extends readonly string[]>(...values: T) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

function secret(right: string) {
  return required(right).transform((text) => new Secret(text));
}

const directoryName = (right: string) => parsed(right, (text) => (isDn(text) ? text : undefined));
const filter = parsed('an LDAP filter in parentheses', (text) =>
  isBalanced(text) ? text : undefined,
);

/** A filter that must depend on the person: a fixed one would find the same entry for everybody. */
const managerFilter = parsed(
  'an LDAP filter in parentheses with {upn}, {mail} or {aadObjectId} and no other placeholder',
  (text) => {
    const names = [...text.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '');
    const isKnown = names.every((name) => ['upn', 'mail', 'aadObjectId'].includes(name));
    return isBalanced(text) && names.length > 0 && isKnown ? text : undefined;
  },
);

const countries = parsed('ISO country codes of two letters, separated by commas', (text) => {
  const codes = text.split(',').map((code) => code.trim().toUpperCase());
  return codes.every((code) => isSupportedCountry(code)) ? [...new Set(codes)] : undefined;
});

const reminderDays = parsed('whole numbers of days from 0 to 365, separated by commas', (text) => {
  const days = text.split(',').map((day) => day.trim());
  if (!days.every((day) => /^[0-9]{1,3}$/.test(day) && Number(day) <= 365)) return undefined;
  return [...new Set(days.map(Number))].sort((a, b) => b - a);
});

const timeZone = parsed('an IANA time zone, e.g. Europe/Stockholm', (text) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
});

// Twilio: a number in E.164, or a name of 1 to 11 letters, digits and spaces with a letter in it.
const SENDER = /^(?:\+[1-9][0-9]{6,14}|(?=.{1,11}$)(?=.*[A-Za-z])[A-Za-z0-9]+(?: +[A-Za-z0-9]+)*)$/;

export const FIELDS = {
  NODE_ENV: z.string().optional(),
  HOST: matching(/^[A-Za-z0-9.:_-]+$/, 'a listen address').default('0.0.0.0'),
  PORT: wholeNumber(0, 65535).default(3978),
  PUBLIC_URL: parsed(
    'an https origin without a path, e.g. https://bot.example.se',
    origin,
  ).optional(),
  METRICS_TOKEN: matching(/^[A-Za-z0-9._~+/-]+=*$/, 'a bearer token: letters, digits and ._~+/-')
    .transform((text) => new Secret(text))
    .optional(),

  MicrosoftAppId: matching(/^[0-9A-Za-z-]+$/, "the bot registration's application id").optional(),
  MicrosoftAppPassword: secret("the bot registration's client secret").optional(),
  MicrosoftAppTenantId: matching(
    /^[0-9A-Za-z-]+$/,
    'the id of the tenant (a GUID, not a domain name)',
  ).optional(),
  BOT_AUTH: choice('on', 'off').default('on'),
  BOT_OPENID_METADATA_URL: parsed(
    'an https address (http for loopback hosts only)',
    httpUrl,
  ).default('https://login.botframework.com/v1/.well-known/openidconfiguration'),
  BOT_LOGIN_URL: parsed('an https origin (http for loopback hosts only)', origin).default(
    'https://login.microsoftonline.com',
  ),
  BOT_SERVICE_HOSTS: parsed(
    'host names without scheme and port, separated by commas; *. may stand before a name',
    serviceHosts,
  ).default([
    'smba.trafficmanager.net',
    '*.botframework.com',
    '*.teams.microsoft.com',
    '*.teams.microsoft.us',
  ]),

  DATABASE_URL: parsed('postgres://user:password@host/database', postgresUrl)
    .transform((text) => new Secret(text))
    .optional(),
  DATA_DIR: z.string().default('./data'),
  ENCRYPTION_KEYS: parsed(
    'id:key[,id:key…], each id once, each key 32 random bytes in base64 of your own ' +
      '(openssl rand -base64 32), not the example',
    keyRing,
  ),

  LDAP_URL: parsed(
    'ldaps://host[:port] or ldap://host[:port], several separated by spaces',
    ldapUrls,
  ),
  LDAP_CA_FILE: z.string().optional(),
  LDAP_BIND_DN: parsed("the service account's DN or user principal name", (text) =>
    // A word without these would be read as the name of a SASL mechanism.
    /[=@\\]/.test(text) ? text : undefined,
  ),
  LDAP_BIND_PASSWORD: secret("the service account's password"),
  LDAP_DIALECT: choice('activeDirectory', 'openldap').optional(),
  LDAP_ACCOUNTS_BASE: directoryName('the DN below which the shared accounts live'),
  LDAP_ACCOUNTS_FILTER: filter.optional(),
  LDAP_MANAGERS_BASE: directoryName('the DN below which the managers live'),
  LDAP_MANAGER_FILTER: managerFilter.optional(),
  LDAP_RESPONSIBLE_ATTRIBUTE: matching(
    /^(?:[A-Za-z][A-Za-z0-9-]*|[0-9]+(?:\.[0-9]+)+)$/,
    'the name of an attribute',
  ).default('manager'),

  SMS_PROVIDER: choice('twilio', 'console').default('twilio'),
  TWILIO_ACCOUNT_SID: matching(/^AC[0-9A-Za-z]+$/, "the account's SID, AC…").optional(),
  TWILIO_AUTH_TOKEN: secret("the account's auth token").optional(),
  TWILIO_FROM: matching(
    SENDER,
    'a number in E.164 (+46…) or a sender name: at most 11 letters, digits and spaces, one letter or more',
  ).optional(),
  TWILIO_MESSAGING_SERVICE_SID: matching(/^MG[0-9A-Za-z]+$/, "the service's SID, MG…").optional(),
  TWILIO_API_URL: parsed('an https origin (http for loopback hosts only)', origin).default(
    'https://api.twilio.com',
  ),
  SMS_COUNTRIES: countries.default(['SE']),
  SMS_PER_DAY: wholeNumber(1, 1_000_000).default(2000),

  CODE_LENGTH: wholeNumber(6, 8).default(6),
  CODE_TTL_SECONDS: wholeNumber(1, 600).default(300),
  CODE_ATTEMPTS: wholeNumber(1, 10).default(5),
  // NIST SP 800-63B-4: never below 8, and at least 64 characters must be possible.
  PASSWORD_MIN_LENGTH: wholeNumber(8, 64).default(8),
  PASSWORD_HISTORY: wholeNumber(0, 100).default(25),
  PASSWORD_FORBIDDEN_CHARACTERS: z.string().default('åäöÅÄÖ'),

  ROTATION_DAYS: wholeNumber(1, 3650).optional(),
  REMINDER_DAYS: reminderDays.default([14, 7, 1, 0]),
  REMINDER_HOURS: parsed('days and full hours, e.g. Mon-Fri 08-16', schedule).default({
    weekdays: [1, 2, 3, 4, 5],
    fromHour: 8,
    toHour: 16,
  }),
  TIME_ZONE: timeZone.default('Europe/Stockholm'),
  REMINDER_FALLBACK_UPN: matching(/^[^\s@]+@[^\s@]+$/, 'a user principal name').optional(),
  NEW_NUMBER_COOLDOWN_SECONDS: wholeNumber(0, 30 * 86_400).default(86_400),

  SERVICE_DESK: required('the line shown when only a person can help')
    .regex(ONE_LINE, 'must be one line of text')
    .max(MAX_LINE_LENGTH, `must be at most ${String(MAX_LINE_LENGTH)} characters`),
  DEFAULT_LOCALE: choice('sv', 'en').default('sv'),
  LOG_LEVEL: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
} as const;

/** The values of all variables. */
export type Values = { readonly [Name in keyof typeof FIELDS]: z.infer<(typeof FIELDS)[Name]> };

/** The same without those that were wrong; a variable that was merely absent has the value undefined. */
export type Partials = { readonly [Name in keyof Values]?: Values[Name] | undefined };

/** Variables that may come from a file instead, `X_FILE`. */
export const SECRET_NAMES = [
  'MicrosoftAppPassword',
  'DATABASE_URL',
  'ENCRYPTION_KEYS',
  'LDAP_BIND_PASSWORD',
  'TWILIO_AUTH_TOKEN',
  'METRICS_TOKEN',
] as const satisfies readonly (keyof Values)[];
