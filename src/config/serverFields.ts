import { z } from 'zod';
import { keyRing } from './encryptionKeys.ts';
import {
  certificate,
  httpUrl,
  origin,
  postgresUrl,
  privateKey,
  serviceHosts,
  startOfDay,
} from './shapes.ts';
import { choice, matching, oneLine, parsed, secret, wholeNumber, TEXTS } from './parsers.ts';
import { Secret } from '../domain/secret.ts';

const MICROSOFTS = "Microsoft's";
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NO_GUID = '00000000-0000-0000-0000-000000000000';

/** Where the bot listens. */
export const LISTENING = {
  HOST: matching(/^[A-Za-z0-9.:_-]+$/, 'a listen address')
    .default('0.0.0.0')
    .register(TEXTS, { meaning: 'listen address', default: '0.0.0.0' }),
  PORT: wholeNumber(0, 65535)
    .default(3978)
    .register(TEXTS, { meaning: 'listen port', default: '3978' }),
  PUBLIC_URL: parsed('an https origin without a path, e.g. https://bot.example.se', origin)
    .optional()
    .register(TEXTS, {
      meaning: 'the https origin under which the bot is reached (SMS status reports)',
      isNeeded: true,
      example: 'https://bot.example.se',
    }),
  METRICS_TOKEN: matching(/^[A-Za-z0-9._~+/-]+=*$/, 'a bearer token: letters, digits and ._~+/-')
    .transform((text) => new Secret(text))
    .optional()
    .register(TEXTS, {
      meaning: 'the bearer token of /metrics',
      otherwise: 'only this machine may read them',
    }),
};

/** Its registration, and where Teams is. */
export const TEAMS = {
  MicrosoftAppId: matching(GUID, "the bot registration's application id (a GUID)")
    .optional()
    .register(TEXTS, {
      meaning: "the bot registration's application id (single tenant)",
      isNeeded: true,
      example: NO_GUID,
    }),
  MicrosoftAppPassword: secret("the bot registration's client secret").optional().register(TEXTS, {
    meaning: 'its client secret, or a certificate by the two variables below the next',
    isNeeded: true,
  }),
  MicrosoftAppPasswordExpires: parsed('the day on which the secret ends, YYYY-MM-DD', startOfDay)
    .optional()
    .register(TEXTS, {
      meaning: 'the day on which that secret ends, YYYY-MM-DD; warned of 30, 7 and 1 days before',
      otherwise: 'no warning',
      example: '2027-12-31',
    }),
  MicrosoftAppCertificate: parsed('a certificate in PEM', certificate).optional().register(TEXTS, {
    meaning: 'the certificate (PEM, RSA) that the registration knows instead of a secret',
  }),
  MicrosoftAppCertificateKey: parsed('a private key in PEM without a passphrase', privateKey)
    .transform((text) => new Secret(text))
    .optional()
    .register(TEXTS, { meaning: 'the private key of that certificate' }),
  MicrosoftAppTenantId: matching(GUID, 'the id of the tenant (a GUID, not a domain name)')
    .optional()
    .register(TEXTS, {
      meaning: 'the id of the tenant whose people may use the bot',
      isNeeded: true,
      example: NO_GUID,
    }),
  BOT_AUTH: choice('on', 'off').default('on').register(TEXTS, {
    meaning: '`off` for a chat client on the same machine (loopback `HOST`); never in production',
    default: 'on',
  }),
  BOT_OPENID_METADATA_URL: parsed('an https address (http for loopback hosts only)', httpUrl)
    .default('https://login.botframework.com/v1/.well-known/openidconfiguration')
    .register(TEXTS, {
      meaning: "where the channel's signing keys are found",
      default: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
      otherwise: MICROSOFTS,
    }),
  BOT_LOGIN_URL: parsed('an https origin (http for loopback hosts only)', origin)
    .default('https://login.microsoftonline.com')
    .register(TEXTS, {
      meaning: 'where the bot fetches its own token',
      default: 'https://login.microsoftonline.com',
      otherwise: MICROSOFTS,
    }),
  BOT_SERVICE_HOSTS: parsed(
    'host names without scheme and port, separated by commas; *. may stand before a name',
    serviceHosts,
  )
    .default([
      'smba.trafficmanager.net',
      '*.botframework.com',
      '*.teams.microsoft.com',
      '*.teams.microsoft.us',
    ])
    .register(TEXTS, {
      meaning: 'hosts to which the bot may answer; `*.` stands for any labels',
      default:
        'smba.trafficmanager.net,*.botframework.com,*.teams.microsoft.com,*.teams.microsoft.us',
      otherwise: MICROSOFTS,
    }),
};

/** The bot's stored data. */
export const STORE = {
  DATABASE_URL: parsed('postgres://user:password@host/database', postgresUrl)
    .transform((text) => new Secret(text))
    .optional()
    .register(TEXTS, {
      meaning: 'PostgreSQL; in production with `sslmode=verify-full`',
      otherwise: 'SQLite in `DATA_DIR`',
      example: 'postgres://bot:password@db.example.se/bot?sslmode=verify-full',
    }),
  DATA_DIR: z
    .string()
    .default('./data')
    .register(TEXTS, { meaning: "where SQLite's file is, mode 0700", default: './data' }),
  ENCRYPTION_KEYS: parsed(
    'id:key[,id:key…], each id once, each key 32 random bytes in base64 of your own ' +
      '(openssl rand -base64 32), not the example',
    keyRing,
  ).register(TEXTS, {
    meaning:
      '`id:base64(32 bytes)[,id:…]` by `openssl rand -base64 32`; the first encrypts, all decrypt; the example is refused',
    isNeeded: true,
    // Readable by everybody, and therefore refused.
    example: '1:dGhpcyBpcyBvbmx5IGFuIGV4YW1wbGUsIG5vIGtleSE=',
  }),
};

/** The words shown to people. */
export const PEOPLE = {
  SERVICE_DESK: oneLine('the line shown when only a person can help').register(TEXTS, {
    meaning: 'the line shown when only a person can help',
    isNeeded: true,
    example: 'Servicedesk 019-21 00 00',
  }),
  ORGANISATION: oneLine('the name of the organisation that runs this bot')
    .optional()
    .register(TEXTS, {
      meaning: 'who runs this bot, as the welcome names it',
      otherwise: 'nobody is named',
      example: 'Örebro kommun',
    }),
  DEFAULT_LOCALE: choice('sv', 'en')
    .default('sv')
    .register(TEXTS, { meaning: '`sv` or `en`, until the person has chosen', default: 'sv' }),
  CARD_ACTIONS: choice('execute', 'submit').default('execute').register(TEXTS, {
    meaning:
      '`execute`, or `submit` where buttons do nothing in some Teams clients: every button is then an Action.Submit',
    default: 'execute',
  }),
  LOG_LEVEL: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')
    .default('info')
    .register(TEXTS, {
      meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
      default: 'info',
    }),
  NODE_ENV: z
    .string()
    .optional()
    .register(TEXTS, { meaning: '`production` refuses what is for trying out only' }),
};
