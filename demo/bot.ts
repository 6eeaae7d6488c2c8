import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TENANT_ID } from './people.ts';
import type { Seed } from './seed.ts';

export const MAIN = join(import.meta.dirname, '../dist/main.js');

/** The configuration of the demo's bot, which is its whole environment. */
export function botEnvironment(
  folder: string,
  setup: {
    readonly port: number;
    readonly locale: 'sv' | 'en';
    readonly ldapUrl: string;
    readonly caFile: string;
    readonly seed: Seed;
  },
): Record<string, string> {
  const { seed } = setup;
  return {
    PATH: process.env['PATH'] ?? '',
    HOST: '127.0.0.1',
    PORT: String(setup.port),
    BOT_AUTH: 'off',
    MicrosoftAppTenantId: TENANT_ID,
    BOT_SERVICE_HOSTS: '127.0.0.1',
    DATA_DIR: join(folder, 'data'),
    ENCRYPTION_KEYS: `demo:${randomBytes(32).toString('base64')}`,
    LDAP_URL: setup.ldapUrl,
    LDAP_CA_FILE: setup.caFile,
    LDAP_BIND_DN: seed.serviceDn,
    LDAP_BIND_PASSWORD: seed.servicePassword,
    LDAP_ACCOUNTS_BASE: seed.accountsBase,
    LDAP_MANAGERS_BASE: seed.managersBase,
    SERVICE_DESK_GROUP: seed.deskGroup,
    DESK_MAY_VOUCH: 'on',
    SMS_PROVIDER: 'console',
    SERVICE_DESK: 'Servicedesk 019-21 00 00',
    // A visitor who tries the demo on a Sunday evening gets the reminder too.
    REMINDER_HOURS: 'Mon-Sun 00-24',
    DEFAULT_LOCALE: setup.locale,
  };
}
