import type { Partials, Values } from './fields.ts';
import { isKeyOf, isLoopback, lacksVerifiedTls } from './shapes.ts';

/**
 * Checks that one variable alone does not allow. A variable that was wrong by itself is not mentioned
 * again.
 */
export function contradictions(values: Partials): string[] {
  return [...botRules(values), ...smsRules(values), ...storeRules(values)];
}

function botRules(values: Partials): string[] {
  const faults: string[] = [];
  if (values.BOT_AUTH === 'off') {
    if (values.NODE_ENV === 'production') faults.push('BOT_AUTH: must be on in production');
    if (values.HOST !== undefined && !isLoopback(values.HOST)) {
      faults.push('BOT_AUTH: off needs HOST to be a loopback address, e.g. 127.0.0.1');
    }
    return faults;
  }
  return [
    ...missing(values, {
      MicrosoftAppId: "the bot registration's application id",
      MicrosoftAppTenantId: 'the id of the tenant whose people may use the bot',
    }),
    ...credentialRules(values),
  ];
}

function credentialRules(values: Partials): string[] {
  const {
    MicrosoftAppPassword: secret,
    MicrosoftAppCertificate: certificate,
    MicrosoftAppCertificateKey: key,
  } = values;
  const isGiven = (name: keyof Values): boolean => !(name in values) || values[name] !== undefined;
  if (!isGiven('MicrosoftAppCertificate') && !isGiven('MicrosoftAppCertificateKey')) {
    return missing(values, { MicrosoftAppPassword: "the bot registration's client secret" });
  }
  if (secret !== undefined) {
    return ['MicrosoftAppPassword: give either it or MicrosoftAppCertificate, not both'];
  }
  if (certificate === undefined || key === undefined) {
    return missing(values, {
      MicrosoftAppCertificate: 'the certificate of MicrosoftAppCertificateKey',
      MicrosoftAppCertificateKey: 'the private key of MicrosoftAppCertificate',
    });
  }
  return isKeyOf(certificate, key.reveal())
    ? []
    : ['MicrosoftAppCertificateKey: must be the RSA key of MicrosoftAppCertificate'];
}

function smsRules(values: Partials): string[] {
  if (values.SMS_PROVIDER === 'console') {
    return values.NODE_ENV === 'production'
      ? ['SMS_PROVIDER: must be twilio in production, console prints every code']
      : [];
  }
  const faults = missing(values, {
    PUBLIC_URL: 'the https origin under which Twilio reaches the bot',
    TWILIO_ACCOUNT_SID: "the account's SID, AC…",
    TWILIO_AUTH_TOKEN: "the account's auth token",
  });
  const hasSender = 'TWILIO_FROM' in values && 'TWILIO_MESSAGING_SERVICE_SID' in values;
  if (hasSender && !values.TWILIO_FROM && !values.TWILIO_MESSAGING_SERVICE_SID) {
    faults.push('TWILIO_FROM: is required, or TWILIO_MESSAGING_SERVICE_SID');
  }
  return faults;
}

function storeRules(values: Partials): string[] {
  const { DATABASE_URL: url } = values;
  return url !== undefined && values.NODE_ENV === 'production' && lacksVerifiedTls(url.reveal())
    ? ['DATABASE_URL: needs sslmode=verify-full in production when the host is another machine']
    : [];
}

/** A variable that had a fault of its own has no key in `values`. */
function missing(values: Partials, needed: Partial<Record<keyof Values, string>>): string[] {
  return Object.entries(needed)
    .filter(([name]) => name in values && values[name as keyof Values] === undefined)
    .map(([name, right]) => `${name}: is required: ${right}`);
}

/** Names that make Node.js or a library print passwords, tokens or codes. */
const TALKATIVE = ['ldapts', 'http', 'https', 'http2', 'tls', 'net', 'stream', 'undici', 'fetch'];

/** Switches of the platform that would undo the bot's promises. */
export function dangerousSwitches(env: NodeJS.ProcessEnv): string[] {
  const faults: string[] = [];
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    faults.push('NODE_TLS_REJECT_UNAUTHORIZED: must not be 0, it turns certificate checks off');
  }
  if (names(env['NODE_DEBUG']).some((name) => TALKATIVE.some((other) => matches(name, other)))) {
    faults.push('NODE_DEBUG: must not name ldapts, http, tls or net, they print passwords');
  }
  if (names(env['DEBUG']).some((name) => matches(name, 'follow-redirects'))) {
    faults.push('DEBUG: must not name follow-redirects, it prints credentials');
  }
  return faults;
}

function names(list = ''): string[] {
  return list.split(/[\s,]+/).filter((name) => name !== '' && !name.startsWith('-'));
}

/** As Node.js and `debug` read them: `*` stands for anything. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[^A-Za-z0-9*]/g, '\\$&').replace(/\*/g, '.*');
  return new RegExp(`^${source}$`, 'i').test(name);
}
