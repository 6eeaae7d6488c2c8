import { createLog } from '../../src/adapters/log.ts';
import { startBot, type Circumstances, type RunningBot } from '../../src/compose.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Activity } from './activities.ts';
import { ChatDriver } from './chatDriver.ts';
import type { BotAnswer } from './connector.ts';
import { throughTheDoor } from './door.ts';
import { endPauses, hastened } from './haste.ts';
import { startParts, type Environment, type WorldOptions, type WorldParts } from './parts.ts';
import { startOrStop, World } from './world.ts';

const HASTENED: Partial<Circumstances> = { hashMemoryKiB: 8 };

export interface HouseOptions extends WorldOptions {
  readonly circumstances?: Partial<Circumstances>;
  /** How managers reach the bot: signed activities over HTTP, or the service's door. */
  readonly entrance?: 'port' | 'door';
}

/** The whole bot in the test's process, with all its parts on loopback. */
export class House extends World {
  override output = '';
  #bot: RunningBot | undefined;
  /** Other houses on the same database. */
  readonly #others: RunningBot[] = [];
  readonly #circumstances: Partial<Circumstances>;
  readonly #entrance: 'port' | 'door';

  constructor(parts: WorldParts, { circumstances = {}, entrance = 'port' }: HouseOptions) {
    super(parts);
    this.#circumstances = { ...HASTENED, delay: hastened, ...circumstances };
    parts.teams.whileWaiting = endPauses;
    this.#entrance = entrance;
  }

  override get hashMemoryKiB(): number | undefined {
    return this.#circumstances.hashMemoryKiB;
  }

  override get url(): string {
    return `http://127.0.0.1:${String(this.bot.port)}`;
  }

  get bot(): RunningBot {
    if (this.#bot === undefined) throw new Error('the bot does not run');
    return this.#bot;
  }

  override async start(env: Environment = {}): Promise<void> {
    this.#bot = await this.#startBot(env);
  }

  /** The same person's chat at another instance, which starts on the same PostgreSQL database. */
  async chatAtAnother({ person }: ChatDriver): Promise<ChatDriver> {
    const bot = await this.#startBot();
    this.#others.push(bot);
    return new ChatDriver(person, this.teams, (activity) =>
      throughTheDoor(bot, this.teams, activity),
    );
  }

  #startBot(env: Environment = {}): Promise<RunningBot> {
    const { config, log } = this.#read({ ...this.env, ...env });
    // No port of the environment: any free one.
    const onAnyPort = { ...config, http: { ...config.http, port: 0 } };
    return startBot(onAnyPort, log, this.#circumstances);
  }

  /** Stops the bot as SIGTERM does. */
  async end(): Promise<void> {
    const bot = this.#bot;
    this.#bot = undefined;
    await bot?.stop();
  }

  override reach(activity: Activity): Promise<BotAnswer> {
    if (this.#entrance === 'port') return super.reach(activity);
    return throughTheDoor(this.bot, this.teams, activity);
  }

  #read(env: Environment): { readonly config: Config; readonly log: Log } {
    const read = readConfig(env);
    if (!read.ok) throw new Error(read.faults.join('\n'));
    const { config } = read;
    const log = createLog(config.logLevel, {
      write: (line) => {
        this.output += line;
      },
    });
    return { config, log };
  }

  protected override async endAll(): Promise<void> {
    await Promise.all([this.end(), ...this.#others.map((bot) => bot.stop())]);
  }
}

/** Starts a house of its own for a suite; `stop` it in the end. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const house = new House(await startParts(options), options);
  await startOrStop(house);
  return house;
}
