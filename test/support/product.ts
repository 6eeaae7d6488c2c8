import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../demo/certificates.ts';
import type { Policy } from '../../demo/directory/policy.ts';
import { DemoDirectory } from '../../demo/directory/server.ts';
import { createPerson } from './activities.ts';
import { BotProcess } from './botProcess.ts';
import { ChatDriver } from './chatDriver.ts';
import { TeamsServer } from './connector.ts';
import { ProductDatabase, shiftsOf, type AuditLine } from './productDatabase.ts';
import { startTwilioServer, type TwilioServer } from './twilioServer.ts';

export const SERVICE_PASSWORD = 'Tjanst-konto-Hemligt-77';
export const PUBLIC_URL = 'https://bot.orebro.example';
export const SERVICE_DESK = 'Servicedesk 019-21 00 00';

export type { AuditLine } from './productDatabase.ts';

export interface ProductOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly policy?: Partial<Policy>;
  /** An empty PostgreSQL database to use instead of SQLite. */
  readonly databaseUrl?: string;
  /** Ports of loopback through which the bot reaches its parts, where something stands before them. */
  readonly through?: (ports: PartPorts) => Promise<Partial<PartPorts>>;
}

/** Where the parts around the bot listen on loopback. */
export interface PartPorts {
  readonly directory: number;
  readonly sms: number;
  readonly connector: number;
  readonly login: number;
  readonly database: number;
}

/** The built bot as a process, with everything around it on loopback. */
export class Product {
  readonly directory: DemoDirectory;
  readonly teams: TeamsServer;
  readonly twilio: TwilioServer;
  readonly tenantId: string;
  readonly accountsBase: string;
  readonly dataDir: string;
  readonly bot: BotProcess;
  /** Further processes on the same database. */
  readonly others: BotProcess[] = [];
  #asked = 0;
  #database: ProductDatabase;
  readonly #env: Record<string, string>;
  readonly #folder: string;

  constructor(parts: {
    directory: DemoDirectory;
    teams: TeamsServer;
    twilio: TwilioServer;
    tenantId: string;
    accountsBase: string;
    folder: string;
    databaseUrl: string | undefined;
    env: Record<string, string>;
  }) {
    this.directory = parts.directory;
    this.teams = parts.teams;
    this.twilio = parts.twilio;
    this.tenantId = parts.tenantId;
    this.accountsBase = parts.accountsBase;
    this.#folder = parts.folder;
    this.dataDir = join(parts.folder, 'data');
    this.#env = { ...parts.env, DATA_DIR: this.dataDir };
    this.#database = new ProductDatabase(this.dataDir, parts.databaseUrl);
    this.bot = new BotProcess(this.#env);
  }

  /** The bot's configuration, for what else runs with it. */
  get env(): Readonly<Record<string, string>> {
    return this.#env;
  }

  get database(): ProductDatabase {
    return this.#database;
  }

  /** From its next start on the bot keeps its data in that PostgreSQL database. */
  moveTo(databaseUrl: string): void {
    this.#env['DATABASE_URL'] = databaseUrl;
    this.#database = new ProductDatabase(this.dataDir, databaseUrl);
  }

  /** Of the bot; where there are several, of each in turn that runs, as a load balancer would have it. */
  get url(): string {
    const bots = [this.bot, ...this.others].filter(({ isPaused }) => !isPaused);
    this.#asked += 1;
    return bots[this.#asked % bots.length]!.url;
  }

  /** Everything the bot has written so far, standard output and error. */
  get output(): string {
    return this.bot.output;
  }

  /** A variable of the bot's environment. */
  setting(name: string): string {
    return this.#env[name] ?? '';
  }

  /** Starts the bot; resolves when it is ready. */
  start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.bot.start(env);
  }

  /** Starts a further bot on the same database. */
  async startAnother(): Promise<BotProcess> {
    const bot = new BotProcess(this.#env);
    this.others.push(bot);
    await bot.start();
    return bot;
  }

  /** Ends the bot; gives its exit code, null where it was killed. */
  end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    return this.bot.end(signal);
  }

  /** Ends everything and removes what it left. */
  async stop(): Promise<void> {
    await Promise.all([this.bot, ...this.others].map((bot) => bot.end('SIGKILL')));
    await this.directory.close();
    await this.teams.stop();
    await this.twilio.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Somebody in Teams with an entry in the directory; `mobile` stands in the entry. */
  manager(name: string, mobile?: string): ChatDriver & { readonly dn: string } {
    const person = createPerson(name, this.tenantId, 'orebro.example');
    this.teams.addMember(person);
    const { dn } = this.directory.user({
      name: name.toLowerCase(),
      commonName: name,
      attributes: {
        userPrincipalName: person.upn,
        mail: person.mail,
        displayName: name,
        ...(mobile === undefined ? {} : { mobile }),
      },
    });
    return Object.assign(new ChatDriver(person, this.teams, () => this.url), { dn });
  }

  /** A shared account that the given DN (a person or a group) answers for. */
  account(name: string, responsible: string, password: string) {
    return this.directory.user({
      name,
      parent: this.accountsBase,
      password,
      attributes: { manager: responsible, displayName: name },
    });
  }

  /** The text messages that went to a number, oldest first. */
  texts(mobile: string): string[] {
    return this.twilio.requests
      .filter(({ form }) => form['To'] === mobile)
      .map(({ form }) => form['Body'] ?? '');
  }

  /** The codes that went to a number, oldest first; notices hold none. */
  codes(mobile: string): string[] {
    return this.texts(mobile).flatMap((text) => /^\d{6}(?= )/.exec(text) ?? []);
  }

  /** The newest code that went to a number. */
  code(mobile: string): string {
    const code = this.codes(mobile).at(-1);
    if (code === undefined) throw new Error(`no code went to ${mobile}`);
    return code;
  }

  /** The audit from row `after` on, in order; without the notices, which are sent in their own time. */
  audit(after = 0): AuditLine[] {
    return this.wholeAudit(after).filter(({ event }) => !event.startsWith('notice.'));
  }

  /** The number of audit rows so far. */
  auditRows(): number {
    return this.wholeAudit().length;
  }

  wholeAudit(after = 0): AuditLine[] {
    return this.database.querySqlite(
      `select event, result, reason, actor, account, flow from audit where seq > ${String(after)} order by seq`,
    );
  }

  /** Moves all that is stored into the past: as if that much time had gone by. */
  passTime(ms: number): void {
    for (const statement of shiftsOf(ms)) this.database.querySqlite(statement);
  }

  /** All that the bot keeps on disk. */
  async storedFiles(): Promise<string[]> {
    const names = await readdir(this.dataDir);
    return names.map((name) => join(this.dataDir, name));
  }
}

/** Starts a product of its own for a suite; `stop` it in the end. */
export async function startProduct({
  env = {},
  policy = {},
  databaseUrl,
  through,
}: ProductOptions = {}): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'password-bot-'));
  const authority = await createAuthority();
  const tls = await authority.issue({
    commonName: 'dc1',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  const directory = new DemoDirectory({ tls });
  directory.setPolicy(policy);
  const accountsBase = directory.organizationalUnit('Delade konton').dn;
  const services = directory.organizationalUnit('Tjanster').dn;
  const service = directory.user({ name: 'svc-bot', parent: services, password: SERVICE_PASSWORD });
  directory.delegate(service.dn, accountsBase);
  const { ldapsPort } = await directory.listen();

  const appId = randomUUID();
  const tenantId = randomUUID();
  const teams = await new TeamsServer(appId).start();
  const twilio = await startTwilioServer();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.caPem);
  const portOf = (url: string): number => Number(new URL(url).port);
  const ports: PartPorts = {
    directory: ldapsPort,
    sms: portOf(twilio.url),
    connector: portOf(teams.url),
    login: portOf(teams.url),
    database: databaseUrl === undefined ? 0 : portOf(databaseUrl),
  };
  const reached = { ...ports, ...(await through?.(ports)) };
  teams.standBehind(reached.connector);
  const product = new Product({
    directory,
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
      ...compileCache(),
      ...env,
    },
  });
  await product.start();
  return product;
}

/** That of the whole run of tests, where there is one. */
function compileCache(): Record<string, string> {
  const folder = process.env['NODE_COMPILE_CACHE'] ?? '';
  return folder === '' ? {} : { NODE_COMPILE_CACHE: folder };
}
