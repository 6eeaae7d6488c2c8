import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { readConfig } from '../src/config/config.ts';
import { FIELDS, SECRET_NAMES } from '../src/config/fields.ts';
import { createBotCertificate } from './support/botCertificate.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 7) % 256)).toString('base64');
const GUID = '6f1e8c1a-1111-2222-3333-444455556666';

/** Everything that has no default, as in production. */
const GOOD: NodeJS.ProcessEnv = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://bot.example.se',
  MicrosoftAppId: GUID,
  MicrosoftAppPassword: 'app-canary',
  MicrosoftAppTenantId: GUID,
  ENCRYPTION_KEYS: `k1:${KEY}`,
  LDAP_URL: 'ldaps://dc1.example.se',
  LDAP_BIND_DN: 'CN=svc,DC=example,DC=se',
  LDAP_BIND_PASSWORD: 'bind-canary',
  LDAP_ACCOUNTS_BASE: 'OU=Shared,DC=example,DC=se',
  LDAP_MANAGERS_BASE: 'OU=Staff,DC=example,DC=se',
  TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
  TWILIO_AUTH_TOKEN: 'twilio-canary',
  TWILIO_FROM: 'Treserva',
  SERVICE_DESK: 'Servicedesk 019-21 00 00',
};
const LOCAL = {
  ...GOOD,
  NODE_ENV: undefined,
  HOST: '127.0.0.1',
  BOT_AUTH: 'off',
  SMS_PROVIDER: 'console',
  PUBLIC_URL: undefined,
  MicrosoftAppId: '',
};

function faultsOf(change: NodeJS.ProcessEnv, base: NodeJS.ProcessEnv = GOOD): string[] {
  const result = readConfig({ ...base, ...change });
  return result.ok ? [] : result.faults;
}

function configOf(change: NodeJS.ProcessEnv, base: NodeJS.ProcessEnv = GOOD) {
  const result = readConfig({ ...base, ...change });
  if (!result.ok) throw new Error(result.faults.join('\n'));
  return result.config;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
function file(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const own = await createBotCertificate();
const strange = await createBotCertificate();

describe('readConfig', () => {
  describe('the bot’s proof of itself', () => {
    const other = { MicrosoftAppPassword: undefined, MicrosoftAppCertificate: own.certificate };

    it('is a secret, or a certificate with its key', () => {
      expect(configOf({}).bot.credential).toEqual({ secret: expect.anything() });
      const given = { ...other, MicrosoftAppCertificateKey: own.key };
      expect(configOf(given).bot.credential).toMatchObject({ certificate: own.certificate });
    });

    it.each([
      [
        'both',
        { MicrosoftAppPassword: 'a', MicrosoftAppCertificateKey: own.key },
        'MicrosoftAppPassword: give either it or',
      ],
      ['no key', {}, 'MicrosoftAppCertificateKey: is required'],
      [
        'the key of another certificate',
        { MicrosoftAppCertificateKey: strange.key },
        'MicrosoftAppCertificateKey: must be the RSA key of',
      ],
      [
        'no key at all',
        { MicrosoftAppCertificateKey: 'canary' },
        'MicrosoftAppCertificateKey: must be a private key in PEM',
      ],
      [
        'no certificate',
        { MicrosoftAppCertificate: 'canary', MicrosoftAppCertificateKey: own.key },
        'MicrosoftAppCertificate: must be a certificate in PEM',
      ],
    ])('is refused with %s', (_, change, fault) => {
      const faults = faultsOf({ ...other, ...change });
      expect(faults).toEqual([expect.stringContaining(fault)]);
      expect(faults.join()).not.toContain('canary');
    });

    it.each(['2027-02-29', '2027-1-1', 'soon'])('ends on no day such as %s', (day) => {
      expect(faultsOf({ MicrosoftAppPasswordExpires: day })).toEqual([
        'MicrosoftAppPasswordExpires: must be the day on which the secret ends, YYYY-MM-DD',
      ]);
    });
  });

  it('fills in the defaults of the contract', () => {
    const config = configOf({});
    expect(config).toMatchObject({
      isProduction: true,
      logLevel: 'info',
      defaultLocale: 'sv',
      cardActions: 'execute',
      timeZone: 'Europe/Stockholm',
      http: { host: '0.0.0.0', port: 3978, publicUrl: 'https://bot.example.se' },
      bot: {
        isAuthenticated: true,
        openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
        loginUrl: 'https://login.microsoftonline.com',
      },
      store: { dataDir: './data' },
      ldap: { urls: ['ldaps://dc1.example.se'], responsibleAttribute: 'manager' },
      sms: {
        countries: ['SE'],
        perDay: 2000,
        twilio: {
          from: 'Treserva',
          apiUrl: 'https://api.twilio.com',
          statusCallbackUrl: 'https://bot.example.se/api/sms/status',
          isRedacted: true,
        },
      },
      rules: {
        codeLength: 6,
        codeTtlSeconds: 300,
        codeAttempts: 5,
        passwordMinLength: 8,
        passwordHistory: 25,
        passwordForbiddenCharacters: 'åäöÅÄÖ',
        newNumberCooldownSeconds: 86_400,
      },
      rotation: {
        reminderDays: [14, 7, 1, 0],
        reminderHours: { weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 16 },
      },
    });
    expect(config.rotation.rotationDays).toBeUndefined();
    expect(config.store.databaseUrl).toBeUndefined();
    expect(config.store.encryptionKeys.map(({ id, key }) => [id, key.reveal()])).toEqual([
      ['k1', KEY],
    ]);
  });

  it('is frozen to the bottom', () => {
    const config = configOf({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.rotation.reminderHours.weekdays)).toBe(true);
    expect(Object.isFrozen(config.sms.twilio)).toBe(true);
  });

  it('accepts a local bot without registration and Twilio', () => {
    const config = configOf({}, LOCAL);
    expect(config.bot.isAuthenticated).toBe(false);
    expect(config.sms.twilio).toBeUndefined();
  });

  it('reports all faults together', () => {
    const result = readConfig({});
    const names = (result.ok ? [] : result.faults).map((fault) => fault.split(':')[0]);
    expect(names.sort()).toEqual(
      [
        ...['MicrosoftAppId', 'MicrosoftAppPassword', 'MicrosoftAppTenantId', 'PUBLIC_URL'],
        ...['ENCRYPTION_KEYS', 'LDAP_URL', 'LDAP_BIND_DN', 'LDAP_BIND_PASSWORD'],
        ...['LDAP_ACCOUNTS_BASE', 'LDAP_MANAGERS_BASE', 'SERVICE_DESK'],
        ...['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'],
      ].sort(),
    );
  });

  it('refuses quotes around any value by its name, and files of secrets too', () => {
    const names = [...Object.keys(FIELDS), ...SECRET_NAMES.map((name) => `${name}_FILE`)];
    for (const quote of ['"', "'"]) {
      const result = readConfig(
        Object.fromEntries(names.map((name) => [name, `${quote}x y${quote}`])),
      );
      const faults = result.ok ? [] : result.faults;
      expect(faults.filter((fault) => fault.endsWith(': must be without quotes')).sort()).toEqual(
        names.map((name) => `${name}: must be without quotes`).sort(),
      );
      expect(faults.join()).not.toContain('x y');
    }
  });

  it('refuses an application id that is no GUID', () => {
    expect(faultsOf({ MicrosoftAppId: 'passwordbot' })).toEqual([
      "MicrosoftAppId: must be the bot registration's application id (a GUID)",
    ]);
  });

  it('reports faults of one variable and contradictions of others together', () => {
    const faults = faultsOf({ PORT: 'http', BOT_AUTH: 'off', CODE_LENGTH: '9' });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      ...['PORT', 'CODE_LENGTH'],
      ...['BOT_AUTH', 'BOT_AUTH'],
    ]);
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['HOST', { HOST: 'http://x' }],
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: '39x' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://bot.example.se' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://bot.example.se/path' }],
    ['PUBLIC_URL', { PUBLIC_URL: '' }],
    ['MicrosoftAppId', { MicrosoftAppId: '' }],
    ['MicrosoftAppTenantId', { MicrosoftAppTenantId: 'example.onmicrosoft.com' }],
    ['BOT_AUTH', { BOT_AUTH: 'off', HOST: '127.0.0.1' }],
    ['BOT_AUTH', { BOT_AUTH: 'no' }],
    ['BOT_OPENID_METADATA_URL', { BOT_OPENID_METADATA_URL: 'http://keys.example.se/x' }],
    ['BOT_OPENID_METADATA_URL', { BOT_OPENID_METADATA_URL: 'http://127.0.0.1.example.se/x' }],
    ['BOT_OPENID_METADATA_URL', { BOT_OPENID_METADATA_URL: 'http://127.0.0.1@example.se/x' }],
    ['BOT_LOGIN_URL', { BOT_LOGIN_URL: 'http://login.example.se' }],
    ['BOT_LOGIN_URL', { BOT_LOGIN_URL: 'https://login.example.se/tenant' }],
    ['BOT_SERVICE_HOSTS', { BOT_SERVICE_HOSTS: '*' }],
    ['BOT_SERVICE_HOSTS', { BOT_SERVICE_HOSTS: 'https://smba.trafficmanager.net' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://u:p@h/d' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://u:p@db.example.se/d' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://u:p@db.example.se/d?sslmode=require' }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: '' }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: KEY }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${KEY},a:${KEY}` }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${Buffer.alloc(32).toString('base64')}` }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${Buffer.alloc(31, 'xy').toString('base64')}` }],
    ['ENCRYPTION_KEYS', { ENCRYPTION_KEYS: `a:${Buffer.alloc(33, 'xy').toString('base64')}` }],
    ['LDAP_URL', { LDAP_URL: 'http://dc' }],
    ['LDAP_URL', { LDAP_URL: 'ldaps://dc1 dc2' }],
    ['LDAP_URL', { LDAP_URL: 'ldaps://dc1:99999' }],
    ['LDAP_URL', { LDAP_URL: 'ldaps://user:pw@dc1' }],
    ['LDAP_CA_FILE', { LDAP_CA_FILE: '/nowhere/ca.pem' }],
    ['LDAP_BIND_DN', { LDAP_BIND_DN: 'EXTERNAL' }],
    ['LDAP_BIND_PASSWORD', { LDAP_BIND_PASSWORD: '' }],
    ['LDAP_DIALECT', { LDAP_DIALECT: 'ad' }],
    ['LDAP_ACCOUNTS_BASE', { LDAP_ACCOUNTS_BASE: 'Shared' }],
    ['LDAP_ACCOUNTS_FILTER', { LDAP_ACCOUNTS_FILTER: '(objectClass=user' }],
    ['LDAP_ACCOUNTS_FILTER', { LDAP_ACCOUNTS_FILTER: '(a=b)(c=d)' }],
    ['LDAP_ACCOUNTS_FILTER', { LDAP_ACCOUNTS_FILTER: '(&(a=b)(!objectClass=computer))' }],
    ['LDAP_ACCOUNTS_FILTER', { LDAP_ACCOUNTS_FILTER: '(& (a=b) (c=d))' }],
    ['LDAP_MANAGER_FILTER', { LDAP_MANAGER_FILTER: '(objectClass=user)' }],
    ['LDAP_MANAGER_FILTER', { LDAP_MANAGER_FILTER: '(&(mail={mail})(!objectClass=computer))' }],
    ['LDAP_MANAGER_FILTER', { LDAP_MANAGER_FILTER: '(cn={name})' }],
    ['LDAP_RESPONSIBLE_ATTRIBUTE', { LDAP_RESPONSIBLE_ATTRIBUTE: 'managed by' }],
    ['SMS_PROVIDER', { SMS_PROVIDER: 'console' }],
    ['SMS_PROVIDER', { SMS_PROVIDER: 'none' }],
    ['TWILIO_ACCOUNT_SID', { TWILIO_ACCOUNT_SID: 'SK0123' }],
    ['TWILIO_AUTH_TOKEN', { TWILIO_AUTH_TOKEN: '' }],
    ['TWILIO_FROM', { TWILIO_FROM: '' }],
    ['TWILIO_FROM', { TWILIO_FROM: '0701234567' }],
    ['TWILIO_FROM', { TWILIO_FROM: 'Kommunens SMS' }],
    ['TWILIO_FROM', { TWILIO_FROM: '12345' }],
    ['TWILIO_FROM', { TWILIO_FROM: 'Örebro' }],
    ['TWILIO_MESSAGING_SERVICE_SID', { TWILIO_MESSAGING_SERVICE_SID: 'Treserva' }],
    ['TWILIO_REDACTION', { TWILIO_REDACTION: 'no' }],
    ['TWILIO_API_URL', { TWILIO_API_URL: 'http://api.example.se' }],
    ['SMS_COUNTRIES', { SMS_COUNTRIES: 'SE,XX' }],
    ['SMS_COUNTRIES', { SMS_COUNTRIES: 'Sverige' }],
    ['SMS_PER_DAY', { SMS_PER_DAY: '0' }],
    ['CODE_LENGTH', { CODE_LENGTH: '5' }],
    ['CODE_LENGTH', { CODE_LENGTH: '9' }],
    ['CODE_TTL_SECONDS', { CODE_TTL_SECONDS: '601' }],
    ['CODE_ATTEMPTS', { CODE_ATTEMPTS: '0' }],
    ['CODE_ATTEMPTS', { CODE_ATTEMPTS: '5.5' }],
    ['PASSWORD_MIN_LENGTH', { PASSWORD_MIN_LENGTH: '7' }],
    ['PASSWORD_HISTORY', { PASSWORD_HISTORY: '-1' }],
    ['ROTATION_DAYS', { ROTATION_DAYS: '0' }],
    ['REMINDER_DAYS', { REMINDER_DAYS: '14;7' }],
    ['REMINDER_HOURS', { REMINDER_HOURS: 'Mon-Fri 16-08' }],
    ['REMINDER_HOURS', { REMINDER_HOURS: 'Mån-Fre 08-16' }],
    ['REMINDER_HOURS', { REMINDER_HOURS: 'Mon-Fri 08-25' }],
    ['TIME_ZONE', { TIME_ZONE: 'Sweden/Stockholm' }],
    ['REMINDER_FALLBACK_UPN', { REMINDER_FALLBACK_UPN: 'it' }],
    ['NEW_NUMBER_COOLDOWN_SECONDS', { NEW_NUMBER_COOLDOWN_SECONDS: 'a day' }],
    ['METRICS_TOKEN', { METRICS_TOKEN: 'with space' }],
    ['SERVICE_DESK', { SERVICE_DESK: '' }],
    ['SERVICE_DESK', { SERVICE_DESK: 'two\nlines' }],
    ['SERVICE_DESK', { SERVICE_DESK: ' \u00a0' }],
    ['ORGANISATION', { ORGANISATION: '  ' }],
    ['DEFAULT_LOCALE', { DEFAULT_LOCALE: 'no' }],
    ['CARD_ACTIONS', { CARD_ACTIONS: 'none' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
    ['NODE_TLS_REJECT_UNAUTHORIZED', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    ['NODE_DEBUG', { NODE_DEBUG: 'fs,LDAPTS' }],
    ['NODE_DEBUG', { NODE_DEBUG: '*' }],
    ['DEBUG', { DEBUG: 'follow-*' }],
  ])('refuses %s as in %j', (name, change) => {
    const faults = faultsOf(change);
    expect(faults.map((fault) => fault.split(':')[0])).toEqual([name]);
  });

  it.each<[NodeJS.ProcessEnv]>([
    [{ LDAP_URL: 'ldap://dc1:389 ldaps://[::1]:636 ldaps://dc2' }],
    [{ LDAP_MANAGER_FILTER: '(&(objectClass=user)(|(userPrincipalName={upn})(mail={mail})))' }],
    [{ LDAP_BIND_DN: 'svc@example.se' }],
    [{ TWILIO_FROM: '+46766861001' }],
    [{ TWILIO_FROM: 'Vard o Oms' }],
    [{ TWILIO_FROM: '', TWILIO_MESSAGING_SERVICE_SID: 'MG0123456789abcdef0123456789abcdef' }],
    [{ DATABASE_URL: 'postgres://u:p@db.example.se/d?sslmode=verify-full' }],
    [{ DATABASE_URL: 'postgresql:///d?host=/var/run/postgresql' }],
    [{ TWILIO_REDACTION: 'off' }],
    [{ TWILIO_API_URL: 'http://127.0.0.1:4010' }],
    [{ BOT_OPENID_METADATA_URL: 'http://localhost:4011/.well-known/openid' }],
    [{ BOT_LOGIN_URL: 'http://[::1]:4012' }],
    [{ BOT_SERVICE_HOSTS: '127.0.0.1, *.Example.se' }],
    [{ NODE_DEBUG: 'fs' }],
    [{ CODE_LENGTH: '8', CODE_TTL_SECONDS: '600', NEW_NUMBER_COOLDOWN_SECONDS: '0' }],
  ])('accepts %j', (change) => {
    expect(faultsOf(change)).toEqual([]);
  });

  it('says how the part of a filter is written that is wrong most often', () => {
    const faults = faultsOf({ LDAP_ACCOUNTS_FILTER: '(!objectClass=computer)' });
    expect(faults.join()).toContain('a negation is written (!(objectClass=computer))');
  });

  it('refuses the key of .env.example', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const key = /^ENCRYPTION_KEYS=(.*)$/m.exec(example)?.[1] ?? '';
    expect(Buffer.from(key.split(':')[1] ?? '', 'base64')).toHaveLength(32);
    expect(faultsOf({ ENCRYPTION_KEYS: key })).toHaveLength(1);
    expect(faultsOf({ ENCRYPTION_KEYS: `k:${KEY},${key}` })).toHaveLength(1);
  });

  it('takes a secret from a file, without the line break at its end', () => {
    const path = file('bind', 'from file \n');
    const config = configOf({ LDAP_BIND_PASSWORD: undefined, LDAP_BIND_PASSWORD_FILE: path });
    expect(config.ldap.bindPassword.reveal()).toBe('from file ');
  });

  it('refuses a secret that is given twice, or whose file cannot be read', () => {
    expect(faultsOf({ LDAP_BIND_PASSWORD_FILE: file('twice', 'x') })).toEqual([
      'LDAP_BIND_PASSWORD: give either LDAP_BIND_PASSWORD or LDAP_BIND_PASSWORD_FILE, not both',
    ]);
    expect(faultsOf({ TWILIO_AUTH_TOKEN: '', TWILIO_AUTH_TOKEN_FILE: '/nowhere' })).toEqual([
      'TWILIO_AUTH_TOKEN_FILE: must name a readable file (ENOENT)',
    ]);
  });

  it('refuses an empty file, which would be taken for no secret at all', () => {
    expect(
      faultsOf({
        DATABASE_URL_FILE: file('empty', ''),
        LDAP_BIND_PASSWORD: undefined,
        LDAP_BIND_PASSWORD_FILE: file('line', '\n'),
      }),
    ).toEqual([
      'DATABASE_URL_FILE: must name a file that is not empty',
      'LDAP_BIND_PASSWORD_FILE: must name a file that is not empty',
    ]);
  });

  it('reads the trust anchor and refuses a file that holds none', () => {
    const pem = rootCertificates[0] ?? '';
    expect(configOf({ LDAP_CA_FILE: file('ca.pem', pem) }).ldap.ca).toBe(pem);
    const der = new X509Certificate(pem).raw;
    expect(configOf({ LDAP_CA_FILE: file('ca.cer', der) }).ldap.ca).toBe(
      new X509Certificate(pem).toString(),
    );
    expect(faultsOf({ LDAP_CA_FILE: file('no.pem', 'hello') })).toHaveLength(1);
  });

  it('takes empty forbidden characters at their word', () => {
    const config = configOf({ PASSWORD_FORBIDDEN_CHARACTERS: '' });
    expect(config.rules.passwordForbiddenCharacters).toBe('');
  });

  it('reads reminder days and hours', () => {
    const { rotation } = configOf({ REMINDER_DAYS: '0, 30,7,7', REMINDER_HOURS: 'Mon-Sun 00-24' });
    expect(rotation.reminderDays).toEqual([30, 7, 0]);
    expect(rotation.reminderHours).toEqual({
      weekdays: [1, 2, 3, 4, 5, 6, 7],
      fromHour: 0,
      toHour: 24,
    });
    const { reminderHours } = configOf({ REMINDER_HOURS: 'sat-mon 10-12' }).rotation;
    expect(reminderHours.weekdays).toEqual([1, 6, 7]);
  });

  it('shows no secret, neither in faults nor when the configuration is printed', () => {
    const faults = faultsOf({
      ENCRYPTION_KEYS: 'k1:canary-key',
      DATABASE_URL: 'mysql://u:canary-db@h/d',
      METRICS_TOKEN: 'canary metrics',
      LDAP_URL: 'ldaps://u:canary-ldap@h',
    });
    expect(faults).toHaveLength(4);
    expect(faults.join('\n')).not.toContain('canary');
    expect(JSON.stringify(configOf({ METRICS_TOKEN: 'canary' }))).not.toMatch(/canary/);
  });
});
