import { randomBytes, randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConsoleGateway } from './adapters/consoleSms.ts';
import { openDirectory } from './adapters/ldap/directory.ts';
import type { EncryptionKey } from './adapters/store/crypto.ts';
import type { DatabaseOptions } from './adapters/store/open.ts';
import { createTwilioGateway } from './adapters/twilio.ts';
import type { Config } from './config.ts';
import { passcodeFrom } from './domain/passcode.ts';
import { Secret } from './domain/secret.ts';
import type { Directory } from './ports/directory.ts';
import type { Log } from './ports/log.ts';
import type { SmsGateway } from './ports/sms.ts';
import type { Deps, Random, Settings } from './service/deps.ts';
import type { ChannelSettings } from './teams/channel.ts';

/** 144 bits, URL-safe and without a dot: what stands on cards. */
const ID_BYTES = 18;

export const random: Random = {
  id: () => randomBytes(ID_BYTES).toString('base64url'),
  passcode: (length) => new Secret(passcodeFrom((max) => randomInt(max), length)),
};

/** Names this process in audit rows: two bots on one host differ, and so do two runs of one. */
export function instanceName(): string {
  return `${hostname()}:${String(process.pid)}:${randomBytes(3).toString('hex')}`;
}

export const delay: Deps['delay'] = async (ms, signal) => {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: whoever waits looks at the signal.
  }
};

export function databaseOf({ store }: Config): DatabaseOptions {
  return store.databaseUrl === undefined
    ? { kind: 'sqlite', directory: store.dataDir }
    : { kind: 'postgres', url: store.databaseUrl };
}

export function encryptionKeysOf({ store }: Config): EncryptionKey[] {
  return store.encryptionKeys.map(({ id, key }) => ({
    id,
    key: Buffer.from(key.reveal(), 'base64'),
  }));
}

export function directoryOf({ ldap }: Config, log: Log): Directory {
  const { ca, dialect, accountsFilter, managerFilter, ...required } = ldap;
  return openDirectory(
    {
      ...required,
      ...(ca === undefined ? {} : { ca }),
      ...(dialect === undefined ? {} : { dialect }),
      ...(accountsFilter === undefined ? {} : { accountsFilter }),
      ...(managerFilter === undefined ? {} : { managerFilter }),
    },
    log,
  );
}

export function gatewayOf({ sms }: Config, log: Log): SmsGateway {
  if (sms.twilio !== undefined) return createTwilioGateway(sms.twilio, log);
  return createConsoleGateway((text) => process.stdout.write(text));
}

export function settingsOf(config: Config): Settings {
  return {
    codeLength: config.codes.length,
    codeTtlSeconds: config.codes.ttlSeconds,
    codeAttempts: config.codes.attempts,
    smsPerDay: config.sms.perDay,
    smsCountries: config.sms.countries,
    passwordMinLength: config.passwords.minLength,
    passwordHistory: config.passwords.history,
    passwordForbiddenCharacters: config.passwords.forbiddenCharacters,
    newNumberCooldownSeconds: config.enrollment.newNumberCooldownSeconds,
    defaultLocale: config.defaultLocale,
  };
}

export function channelSettingsOf(config: Config): ChannelSettings {
  const { bot, http } = config;
  return {
    auth: bot.isAuthenticated ? 'on' : 'off',
    appId: bot.appId ?? '',
    appPassword: bot.appPassword ?? new Secret(''),
    tenantId: bot.tenantId ?? '',
    openIdMetadataUrl: bot.openIdMetadataUrl,
    loginUrl: bot.loginUrl,
    serviceHosts: bot.serviceHosts,
    metricsToken: http.metricsToken,
    defaultLocale: config.defaultLocale,
  };
}
