import { X509Certificate } from 'node:crypto';
import { FIELDS, FILE_NAMES, type Partials, type Values } from './fields.ts';
import { contradictions, dangerousSwitches } from './contradictions.ts';
import { Secret } from '../domain/secret.ts';
import {
  valuesFromFiles,
  secretEnvFilesOf,
  secretFilesOf,
  readCertificates,
} from './secretFiles.ts';

/** The configuration by topic, checked and frozen. Defaults that depend on the directory's dialect are left out. */
export type Config = ReturnType<typeof byTopic>;

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: string[] };

/**
 * Reads the whole environment. Each fault is `NAME: what would be right`; the faults are reported together
 * and hold no part of a value.
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ConfigResult {
  const faults: string[] = [...dangerousSwitches(env), ...quoted(env)];
  const given = { ...env, ...valuesFromFiles(env, faults) };
  const values = parseEach(given, faults);
  const ldapCa = readCertificates(values.LDAP_CA_FILE, faults);
  faults.push(...contradictions(values));
  if (faults.length > 0) return { ok: false, faults };
  const secretFiles = { ...secretFilesOf(given), ...secretEnvFilesOf(process.execArgv) };
  // Every variable was parsed without a fault.
  return { ok: true, config: deepFreeze(byTopic(values as Values, ldapCa, secretFiles)) };
}

/**
 * The name of the person behind `sudo`, for the audit: a claim of the environment, no better than the one
 * who may set it. `?` for a name that is none.
 */
export function readSudoUser(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const name = env['SUDO_USER'] ?? '';
  if (name === '') return undefined;
  return /^[\p{L}\p{N}._@\\$-]{1,64}$/u.test(name) ? name : '?';
}

/** The folder of the copies of secrets that systemd hands the bot (`LoadCredential=`). */
export function readCredentialsFolder(): string | undefined {
  return process.env['CREDENTIALS_DIRECTORY'];
}

/** Values that came with the quotes of a shell's file, as `docker --env-file` hands them over. */
function quoted(env: NodeJS.ProcessEnv): string[] {
  const files = FILE_NAMES.map((name) => `${name}_FILE`);
  return [...Object.keys(FIELDS), ...files]
    .filter((name) => /^(["']).*\1$/s.test(env[name] ?? ''))
    .map((name) => `${name}: must be without quotes`);
}

/** An empty variable counts as absent, save where an empty value has a meaning. */
function parseEach(env: NodeJS.ProcessEnv, faults: string[]): Partials {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const isFaulty = (variable: string) => faults.some((fault) => fault.startsWith(`${variable}:`));
    if (isFaulty(name) || isFaulty(`${name}_FILE`)) continue;
    const text = env[name];
    const isAbsent = text === '' && name !== 'PASSWORD_FORBIDDEN_CHARACTERS';
    const result = field.safeParse(isAbsent ? undefined : text);
    if (result.success) values[name] = result.data;
    else faults.push(`${name}: ${result.error.issues[0]?.message ?? 'is wrong'}`);
  }
  return values;
}

function byTopic(
  values: Values,
  ldapCa: string | undefined,
  secretFiles: Readonly<Record<string, string>>,
) {
  const isEmbedded = values.DATABASE_URL === undefined;
  return {
    /** Paths that belong to the bot's user alone, by the variable or option that names each. */
    privatePaths: isEmbedded ? { ...secretFiles, DATA_DIR: values.DATA_DIR } : secretFiles,
    isProduction: values.NODE_ENV === 'production',
    logLevel: values.LOG_LEVEL,
    serviceDesk: values.SERVICE_DESK,
    organisation: values.ORGANISATION,
    defaultLocale: values.DEFAULT_LOCALE,
    cardActions: values.CARD_ACTIONS,
    timeZone: values.TIME_ZONE,
    http: {
      host: values.HOST,
      port: values.PORT,
      publicUrl: values.PUBLIC_URL,
      metricsToken: values.METRICS_TOKEN,
    },
    bot: {
      isAuthenticated: values.BOT_AUTH === 'on',
      appId: values.MicrosoftAppId,
      /** Absent where nobody has to log in. */
      credential: credentialOf(values),
      /** Epoch ms at which that ends; absent where nobody has said it of the secret. */
      credentialEndsAt: credentialEndOf(values),
      tenantId: values.MicrosoftAppTenantId,
      openIdMetadataUrl: values.BOT_OPENID_METADATA_URL,
      loginUrl: values.BOT_LOGIN_URL,
      serviceHosts: values.BOT_SERVICE_HOSTS,
    },
    store: {
      /** Absent: SQLite in `dataDir`. */
      databaseUrl: values.DATABASE_URL,
      dataDir: values.DATA_DIR,
      encryptionKeys: values.ENCRYPTION_KEYS,
    },
    ldap: {
      urls: values.LDAP_URL,
      /** PEM; absent: the system's own trust anchors. */
      ca: ldapCa,
      bindDn: values.LDAP_BIND_DN,
      bindPassword: values.LDAP_BIND_PASSWORD,
      dialect: values.LDAP_DIALECT,
      accountsBase: values.LDAP_ACCOUNTS_BASE,
      accountsFilter: values.LDAP_ACCOUNTS_FILTER,
      managersBase: values.LDAP_MANAGERS_BASE,
      managerFilter: values.LDAP_MANAGER_FILTER,
      responsibleAttribute: values.LDAP_RESPONSIBLE_ATTRIBUTE,
    },
    sms: {
      countries: values.SMS_COUNTRIES,
      perDay: values.SMS_PER_DAY,
      /** Absent: messages are printed. */
      twilio: twilioOf(values),
    },
    rules: {
      codeLength: values.CODE_LENGTH,
      codeTtlSeconds: values.CODE_TTL_SECONDS,
      codeAttempts: values.CODE_ATTEMPTS,
      passwordMinLength: values.PASSWORD_MIN_LENGTH,
      passwordHistory: values.PASSWORD_HISTORY,
      passwordForbiddenCharacters: values.PASSWORD_FORBIDDEN_CHARACTERS,
      newNumberCooldownSeconds: values.NEW_NUMBER_COOLDOWN_SECONDS,
    },
    desk: {
      /** Absent: nobody is of the service desk. */
      group: values.SERVICE_DESK_GROUP,
      mayVouch: values.DESK_MAY_VOUCH === 'on',
    },
    rotation: {
      /** Absent: the directory's age for each account, else 90. */
      rotationDays: values.ROTATION_DAYS,
      reminderDays: values.REMINDER_DAYS,
      reminderHours: values.REMINDER_HOURS,
      remindsBySms: values.REMINDER_SMS === 'overdue',
      fallbackUpn: values.REMINDER_FALLBACK_UPN,
    },
  } as const;
}

/** The bot's proof of itself to Microsoft's login; PEM. */
function credentialOf(values: Values) {
  const { MicrosoftAppCertificate: certificate, MicrosoftAppCertificateKey: key } = values;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  const secret = values.MicrosoftAppPassword;
  return secret === undefined ? undefined : { secret };
}

function credentialEndOf(values: Values): number | undefined {
  const { MicrosoftAppCertificate: certificate } = values;
  if (certificate === undefined) return values.MicrosoftAppPasswordExpires;
  return Date.parse(new X509Certificate(certificate).validTo);
}

/** The sender's account at Twilio. At least one of `from` and `messagingServiceSid` is there. */
function twilioOf(values: Values) {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = values;
  if (values.SMS_PROVIDER !== 'twilio') return undefined;
  // `contradictions` has seen to it that all three are there.
  if (accountSid === undefined || authToken === undefined || values.PUBLIC_URL === undefined) {
    return undefined;
  }
  return {
    accountSid,
    authToken,
    from: values.TWILIO_FROM,
    messagingServiceSid: values.TWILIO_MESSAGING_SERVICE_SID,
    apiUrl: values.TWILIO_API_URL,
    statusCallbackUrl: `${values.PUBLIC_URL}/api/sms/status`,
    isRedacted: values.TWILIO_REDACTION === 'on',
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
