import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConsoleGateway } from './adapters/consoleSms.ts';
import { openDirectory, type OpenDirectory } from './adapters/ldap/directory.ts';
import type { DatabaseOptions } from './adapters/store/open.ts';
import { createSwedishHolidays } from './adapters/swedishHolidays.ts';
import { createTwilioGateway } from './adapters/twilio.ts';
import type { Config } from './config/config.ts';
import { createCalendar } from './domain/rotation/calendar.ts';
import { Secret } from './domain/secret.ts';
import type { Log } from './ports/log.ts';
import type { SmsGateway } from './ports/sms.ts';
import type { Deps, Settings } from './service/deps.ts';
import type { CardOptions } from './teams/cards/cards.ts';
import type { ChannelSettings } from './teams/channel.ts';

/** Names this process in audit rows: two bots on one host differ, and so do two runs of one. */
export function instanceName(): string {
  return `${hostname()}:${String(process.pid)}:${randomBytes(3).toString('hex')}`;
}

export const delay: Deps['delay'] = async (ms, signal) => {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
};

/** Told at each connect by TLS: the server, and epoch ms until which its certificate is valid. */
export type CertificateSeen = (server: string, endsAt: number) => void;

export function databaseOf({ store }: Config, certificateSeen?: CertificateSeen): DatabaseOptions {
  return store.databaseUrl === undefined
    ? { kind: 'sqlite', directory: store.dataDir }
    : { kind: 'postgres', url: store.databaseUrl, certificateSeen };
}

export function directoryOf(
  { ldap, desk }: Config,
  log: Log,
  certificateSeen?: CertificateSeen,
): OpenDirectory {
  return openDirectory({ ...ldap, certificateSeen, deskGroup: desk.group }, log);
}

export function gatewayOf({ sms }: Config, log: Log): SmsGateway {
  if (sms.twilio !== undefined) return createTwilioGateway(sms.twilio, log);
  return createConsoleGateway((text) => process.stdout.write(text));
}

export function settingsOf(config: Config): Settings {
  const { reminderHours: hours, ...rotation } = config.rotation;
  return {
    ...config.rules,
    smsPerDay: config.sms.perDay,
    smsCountries: config.sms.countries,
    desk: {
      isOpen: config.desk.group !== undefined,
      mayVouch: config.desk.mayVouch,
      names: [config.serviceDesk, config.organisation ?? ''],
    },
    defaultLocale: config.defaultLocale,
    tenantId: config.bot.tenantId ?? '',
    rotation: {
      ...rotation,
      calendar: createCalendar({
        hours,
        timeZone: config.timeZone,
        isHoliday: createSwedishHolidays(),
      }),
    },
  };
}

export function cardOptionsOf(config: Config): CardOptions {
  const { serviceDesk, organisation, timeZone, cardActions: actions, rules } = config;
  return { serviceDesk, organisation, timeZone, codeLength: rules.codeLength, actions };
}

export function channelSettingsOf(config: Config): ChannelSettings {
  const { bot, http } = config;
  return {
    auth: bot.isAuthenticated ? 'on' : 'off',
    appId: bot.appId ?? '',
    credential: bot.credential ?? { secret: new Secret('') },
    tenantId: bot.tenantId ?? '',
    openIdMetadataUrl: bot.openIdMetadataUrl,
    loginUrl: bot.loginUrl,
    serviceHosts: bot.serviceHosts,
    metricsToken: http.metricsToken,
    defaultLocale: config.defaultLocale,
  };
}
