import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createAuthority } from '../../demo/certificates.ts';
import type { Policy } from '../../demo/directory/policy.ts';
import { DemoDirectory } from '../../demo/directory/server.ts';
import { createPerson } from './activities.ts';
import { ChatDriver } from './chatDriver.ts';
import { TeamsServer } from './connector.ts';
import { startTwilioServer, type TwilioServer } from './twilioServer.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const START_MS = 15_000;
export const SERVICE_PASSWORD = 'Tjanst-konto-Hemligt-77';
export const PUBLIC_URL = 'https://bot.orebro.example';
export const SERVICE_DESK = 'Servicedesk 019-21 00 00';

const TIME_COLUMNS = {
  flow: ['started_at', 'expires_at', 'ended_at', 'saved_at'],
  passcode: ['expires_at', 'former_expires_at'],
  failure: ['at'],
  code_send: ['created_at'],
  enrollment: ['enrolled_at', 'usable_from'],
  notice: ['due_at'],
} as const;

/** A row as the auditor sees it. */
export interface AuditLine {
  readonly event: string;
  readonly result: string;
  readonly reason: string | null;
  readonly actor: string;
  readonly account: string | null;
  readonly flow: string | null;
}

export interface ProductOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly policy?: Partial<Policy>;
}

/** The built bot as a process, with everything around it on loopback. */
export class Product {
  readonly directory: DemoDirectory;
  readonly teams: TeamsServer;
  readonly twilio: TwilioServer;
  readonly tenantId: string;
  readonly accountsBase: string;
  readonly dataDir: string;
  /** Everything the bot has written so far, standard output and error. */
  output = '';
  port = 0;
  #child: ChildProcess | undefined;
  readonly #env: Record<string, string>;
  readonly #folder: string;

  constructor(parts: {
    directory: DemoDirectory;
    teams: TeamsServer;
    twilio: TwilioServer;
    tenantId: string;
    accountsBase: string;
    folder: string;
    env: Record<string, string>;
  }) {
    this.directory = parts.directory;
    this.teams = parts.teams;
    this.twilio = parts.twilio;
    this.tenantId = parts.tenantId;
    this.accountsBase = parts.accountsBase;
    this.#folder = parts.folder;
    this.dataDir = join(parts.folder, 'data');
    this.#env = parts.env;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Starts the bot; resolves when it is ready. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.port = await freePort();
    const child = spawn(process.execPath, [MAIN], {
      env: { ...this.#env, ...env, PORT: String(this.port), DATA_DIR: this.dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const take = (data: Buffer): void => {
      this.output += data.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const deadline = Date.now() + START_MS;
    for (;;) {
      const ready = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (ready?.status === 200) return;
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the bot did not start:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Ends the bot; gives its exit code, null where it was killed. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const exited = once(child, 'exit');
    child.kill(signal);
    const [code] = (await exited) as [number | null];
    return code;
  }

  /** Ends everything and removes what it left. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
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
    const database = new DatabaseSync(join(this.dataDir, 'bot.sqlite'), { readOnly: true });
    try {
      const rows = database
        .prepare(
          'select event, result, reason, actor, account, flow from audit where seq > ? order by seq',
        )
        .all(after);
      return rows as unknown as AuditLine[];
    } finally {
      database.close();
    }
  }

  /** Moves all that is stored into the past: as if that much time had gone by. */
  passTime(ms: number): void {
    const database = new DatabaseSync(join(this.dataDir, 'bot.sqlite'), { timeout: 5_000 });
    try {
      for (const [table, columns] of Object.entries(TIME_COLUMNS)) {
        const shifts = columns.map((column) => `${column} = ${column} - ${String(ms)}`);
        database.exec(`update ${table} set ${shifts.join(', ')}`);
      }
    } finally {
      database.close();
    }
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
  const product = new Product({
    directory,
    teams,
    twilio,
    tenantId,
    accountsBase,
    folder,
    env: {
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PUBLIC_URL,
      MicrosoftAppId: appId,
      MicrosoftAppPassword: 'app-password-for-tests',
      MicrosoftAppTenantId: tenantId,
      BOT_OPENID_METADATA_URL: teams.openIdMetadataUrl,
      BOT_LOGIN_URL: teams.url,
      BOT_SERVICE_HOSTS: '127.0.0.1',
      ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      LDAP_URL: `ldaps://127.0.0.1:${String(ldapsPort)}`,
      LDAP_CA_FILE: caFile,
      LDAP_BIND_DN: service.dn,
      LDAP_BIND_PASSWORD: SERVICE_PASSWORD,
      LDAP_ACCOUNTS_BASE: accountsBase,
      LDAP_MANAGERS_BASE: directory.base,
      TWILIO_ACCOUNT_SID: twilio.accountSid,
      TWILIO_AUTH_TOKEN: twilio.authToken,
      TWILIO_FROM: 'OrebroKom',
      TWILIO_API_URL: twilio.url,
      SERVICE_DESK,
      ...env,
    },
  });
  await product.start();
  return product;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
