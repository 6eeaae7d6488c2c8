import { BotProcess, type BotProgram } from './botProcess.ts';
import { startParts, type Environment, type WorldOptions, type WorldParts } from './parts.ts';
import { startOrStop, World } from './world.ts';

export { PUBLIC_URL, SERVICE_PASSWORD } from './parts.ts';

/** The built bot as a process, with everything around it on loopback. */
export class Product extends World {
  readonly bot: BotProcess;
  /** Further processes on the same database. */
  readonly others: BotProcess[] = [];
  #asked = 0;

  constructor(parts: WorldParts, program?: BotProgram) {
    super(parts);
    this.bot = new BotProcess(this.env, program);
  }

  /** The bot's URL; with several bots, each running one in turn, as a load balancer would have it. */
  override get url(): string {
    const bots = [this.bot, ...this.others].filter(({ isPaused }) => !isPaused);
    this.#asked += 1;
    return bots[this.#asked % bots.length]!.url;
  }

  /** Everything the bot has written so far, standard output and error. */
  override get output(): string {
    return this.bot.output;
  }

  override start(env: Environment = {}): Promise<void> {
    return this.bot.start(env);
  }

  /** Starts a further bot on the same database. */
  async startAnother(): Promise<BotProcess> {
    const bot = new BotProcess(this.env);
    this.others.push(bot);
    await bot.start();
    return bot;
  }

  /** Ends the bot; gives its exit code, null where it was killed. */
  end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    return this.bot.end(signal);
  }

  protected override async endAll(): Promise<void> {
    await Promise.all([this.bot, ...this.others].map((bot) => bot.end('SIGKILL')));
  }
}

export interface ProductOptions extends WorldOptions {
  /** Where another bot than the one in `dist` is tested. */
  readonly program?: BotProgram;
}

/** Starts a product of its own for a suite; `stop` it in the end. */
export async function startProduct({ program, ...options }: ProductOptions = {}): Promise<Product> {
  const env = { ...compileCache(), ...options.env };
  const product = new Product(await startParts({ ...options, env }), program);
  await startOrStop(product);
  return product;
}

/** The compile cache of the whole test run, where there is one. */
function compileCache(): Record<string, string> {
  const folder = process.env['NODE_COMPILE_CACHE'] ?? '';
  return folder === '' ? {} : { NODE_COMPILE_CACHE: folder };
}
