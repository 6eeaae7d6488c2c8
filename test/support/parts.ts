import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../demo/certificates.ts';
import type { Policy } from '../../demo/directory/policy.ts';
import { DemoDirectory } from '../../demo/directory/server.ts';
import { TeamsServer } from './connector.ts';
import { startTwilioServer, type TwilioServer } from './twilioServer.ts';

export const SERVICE_PASSWORD = 'Tjanst-konto-Hemligt-77';
export const PUBLIC_URL = 'https://bot.orebro.example';
export const SERVICE_DESK = 'Servicedesk 019-21 00 00';

export type Environment = Readonly<Record<string, string>>;

export interface WorldOptions {
  readonly env?: Environment;
  readonly policy?: Partial<Policy>;
  /** How long the directory lets the former password bind; 0. */
  readonly oldPasswordAllowedMs?: number;
  /** An empty PostgreSQL database to use instead of SQLite. */
  readonly databaseUrl?: string;
  /** Ports of loopback through which the bot reaches its parts, where a relay stands before them. */
  readonly through?: (ports: PartPorts) => Promise<Partial<PartPorts>>;
}

/** Where the parts around the bot listen on loopback. */
interface PartPorts {
  readonly directory: number;
  readonly sms: number;
  readonly connector: number;
  readonly login: number;
  readonly database: number;
}

/** The parts around a bot, started on loopback, and the bot's environment that names them. */
export interface WorldParts {
  readonly directory: DemoDirectory;
  /** The group of the service desk's agents, which is a member of SERVICE_DESK_GROUP. */
  readonly agents: string;
  readonly teams: TeamsServer;
  readonly twilio: TwilioServer;
  readonly tenantId: string;
  readonly accountsBase: string;
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly env: Environment;
}

/** One authority and one server certificate for all worlds of a process: making them takes long. */
let certificates: Promise<{ caPem: string; certPem: string; keyPem: string }> | undefined;

async function makeCertificates() {
  const { caPem, issue } = await createAuthority();
  const tls = await issue({
    commonName: 'dc1',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  return { caPem, ...tls };
}

/** Starts the parts around a bot. */
export async function startParts({
  env = {},
  policy = {},
  oldPasswordAllowedMs = 0,
  databaseUrl,
  through,
}: WorldOptions): Promise<WorldParts> {
  const folder = await mkdtemp(join(tmpdir(), 'password-bot-'));
  const { caPem, ...tls } = await (certificates ??= makeCertificates());
  const directory = new DemoDirectory({ tls, oldPasswordAllowedMs });
  directory.setPolicy(policy);
  const accountsBase = directory.organizationalUnit('Delade konton').dn;
  const services = directory.organizationalUnit('Tjanster').dn;
  const service = directory.user({ name: 'svc-bot', parent: services, password: SERVICE_PASSWORD });
  directory.delegate(service.dn, accountsBase);
  // The service desk's members are in a group within its group.
  const agents = directory.group('Servicedesk dagtid').dn;
  const desk = directory.group('Servicedesk', [agents]).dn;
  const { ldapsPort } = await directory.listen();

  const appId = randomUUID();
  const tenantId = randomUUID();
  const teams = await new TeamsServer(appId).start();
  const twilio = await startTwilioServer();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, caPem);
  const portOf = (url: string): number => Number(new URL(url).port);
  const ports: PartPorts = {
    directory: ldapsPort,
    sms: portOf(twilio.url),
    connector: portOf(teams.url),
    login: portOf(teams.url),
    database: databaseUrl === undefined ? 0 : portOf(databaseUrl),
  };
  const reached = { ...ports, ...(await through?.(ports)) };
  teams.standBehind(`http://127.0.0.1:${String(reached.connector)}`);
  return {
    directory,
    agents,
    teams,
    twilio,
    tenantId,
    accountsBase,
    folder,
    databaseUrl,
    env: {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PUBLIC_URL,
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'app-password-for-tests',
      MicrosoftAppTenantId: tenantId,
      BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
      BOT_LOGIN_URL: `http://127.0.0.1:${String(reached.login)}`,
      BOT_SERVICE_HOSTS: '127.0.0.1',
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      LDAP_URL: `ldaps://127.0.0.1:${String(reached.directory)}`,
      LDAP_CA_FILE: caFile,
      LDAP_BIND_DN: service.dn,
      LDAP_BIND_PASSWORD: SERVICE_PASSWORD,
      LDAP_ACCOUNTS_BASE: accountsBase,
      LDAP_MANAGERS_BASE: directory.base,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_FROM: 'OrebroKom',
      TWILIO_API_URL: `http://127.0.0.1:${String(reached.sms)}`,
      ...(databaseUrl === undefined
        ? {}
        : { DATABASE_URL: databaseUrl.replace(/:\d+\//, `:${String(reached.database)}/`) }),
      SERVICE_DESK,
      SERVICE_DESK_GROUP: desk,
      DESK_MAY_VOUCH: 'on',
      ...env,
    },
  };
}
