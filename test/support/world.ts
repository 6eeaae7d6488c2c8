import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoDirectory } from '../../demo/directory/server.ts';
import { adminJson, runAdminHere, type AdminRun } from './adminCli.ts';
import { createPerson, type Activity } from './activities.ts';
import { ChatDriver } from './chatDriver.ts';
import type { BotAnswer, TeamsServer } from './connector.ts';
import type { Environment, WorldParts } from './parts.ts';
import { ProductDatabase, type AuditLine } from './productDatabase.ts';
import type { TwilioServer } from './twilioServer.ts';

/** Events that the background writes, when it next looks. */
const FOUND_LATER: ReadonlySet<string> = new Set([
  'responsibility.changed',
  'enrollment.revoked',
  'reminder.notNeededUndone',
]);

/** A bot with all its parts on loopback, as a test sees and changes it. */
export abstract class World {
  readonly directory: DemoDirectory;
  readonly #agentsGroup: string;
  readonly #agents: string[] = [];
  readonly teams: TeamsServer;
  readonly twilio: TwilioServer;
  readonly tenantId: string;
  readonly accountsBase: string;
  readonly dataDir: string;
  /** The address by which the channel reaches the bot, where a proxy stands before it. */
  front: string | undefined;
  #database: ProductDatabase;
  readonly #env: Record<string, string>;
  readonly #folder: string;

  constructor(parts: WorldParts) {
    this.directory = parts.directory;
    this.#agentsGroup = parts.agents;
    this.teams = parts.teams;
    this.twilio = parts.twilio;
    this.tenantId = parts.tenantId;
    this.accountsBase = parts.accountsBase;
    this.#folder = parts.folder;
    this.dataDir = join(parts.folder, 'data');
    this.#env = { ...parts.env, DATA_DIR: this.dataDir };
    this.#database = new ProductDatabase(this.dataDir, parts.databaseUrl);
  }

  /** The same for a successful run; gives its JSON. */
  async administer<T>(args: readonly string[], env: Environment = {}): Promise<T> {
    const { code, value } = await adminJson<T>(this, args, env);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${JSON.stringify(value)}`);
    return value;
  }

  /** The memory of the bot's slow hashes, KiB; undefined: as much as keeps them safe. */
  get hashMemoryKiB(): number | undefined {
    return undefined;
  }

  /** Where the bot listens. */
  abstract get url(): string;

  /** Everything the bot has written so far. */
  abstract get output(): string;

  /** Starts the bot; resolves when it is ready. */
  abstract start(env?: Environment): Promise<void>;

  /** Runs a command of the administration with the bot's configuration, beside it. */
  runAdmin(args: readonly string[], env: Environment = {}): Promise<AdminRun> {
    return runAdminHere({ ...this.env, ...env }, args);
  }

  /** Ends the bot, and its further instances. */
  protected abstract endAll(): Promise<void>;

  /** The bot's configuration, for other programs that run with it. */
  get env(): Environment {
    return this.#env;
  }

  get database(): ProductDatabase {
    return this.#database;
  }

  /** From its next start on the bot keeps its data in that PostgreSQL database. */
  async moveTo(databaseUrl: string): Promise<void> {
    await this.#database.close();
    this.#env['DATABASE_URL'] = databaseUrl;
    this.#database = new ProductDatabase(this.dataDir, databaseUrl);
  }

  /** A variable of the bot's environment. */
  setting(name: string): string {
    return this.#env[name] ?? '';
  }

  /** Ends the planned failures of the parts around the bot. */
  heal(): void {
    this.directory.fault = undefined;
    this.teams.heal();
    this.twilio.script();
    this.twilio.scriptCodes();
  }

  /** Ends everything and removes its leftovers. */
  async stop(): Promise<void> {
    await this.endAll();
    await this.#database.close();
    await this.directory.close();
    await this.teams.stop();
    await this.twilio.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Sends an activity of a person's own chat to the bot, as the channel does. */
  reach(activity: Activity): Promise<BotAnswer> {
    return this.teams.send(this.front ?? this.url, activity);
  }

  /** A person in Teams with an entry in the directory; `mobile` stands in the entry. */
  manager(
    name: string,
    mobile?: string,
  ): ChatDriver & { readonly dn: string; readonly entryId: string } {
    const person = createPerson(name, this.tenantId, 'orebro.example');
    this.teams.addMember(person);
    const { dn, id: entryId } = this.directory.user({
      name: name.toLowerCase(),
      commonName: name,
      attributes: {
        userPrincipalName: person.upn,
        mail: person.mail,
        displayName: name,
        ...(mobile === undefined ? {} : { mobile }),
      },
    });
    return Object.assign(new ChatDriver(person, this.teams, (activity) => this.reach(activity)), {
      dn,
      entryId,
    });
  }

  /** Makes a person an agent of the service desk. */
  hire(dn: string): void {
    this.#agents.push(dn);
    this.directory.put(this.#agentsGroup, 'member', this.#agents);
  }

  /** The opposite. */
  dismiss(dn: string): void {
    this.#agents.splice(this.#agents.indexOf(dn), 1);
    this.directory.put(this.#agentsGroup, 'member', this.#agents);
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

  /**
   * The audit from row `after` on, in order; without the notices, and without the background's findings
   * about managers: both come in their own time, those of an earlier test too. Of one account: without what was
   * refused again and again on another one, whose minute may end at any time.
   */
  audit(after = 0, accountId?: string): AuditLine[] {
    return this.wholeAudit(after).filter(
      ({ event, actor, account }) =>
        !event.startsWith('notice.') &&
        !(actor === 'system' && FOUND_LATER.has(event)) &&
        (accountId === undefined || account === accountId),
    );
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

  /** Moves all stored times into the past, as if that much time had gone by. */
  passTime(ms: number, keys = this.setting('ENCRYPTION_KEYS')): void {
    this.database.passTimeOfSqlite(ms, keys);
  }

  /** Everything that the bot keeps on disk. */
  async storedFiles(): Promise<string[]> {
    const names = await readdir(this.dataDir);
    return names.map((name) => join(this.dataDir, name));
  }
}

/** Starts the bot; removes its leftovers where it does not start. */
export async function startOrStop(world: World): Promise<void> {
  try {
    await world.start();
  } catch (error) {
    await world.stop();
    throw error;
  }
}
