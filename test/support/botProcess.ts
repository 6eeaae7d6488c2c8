import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { endWithRun } from './children.ts';
import { freePort } from './ports.ts';
import { commandOf, PROJECT } from './programs.ts';

/** A bot program: its command, and the folder in which the command runs. */
export interface BotProgram {
  readonly command: readonly string[];
  readonly folder: string;
}

const BUILT: BotProgram = { command: commandOf('start'), folder: PROJECT };
/** The bot not bundled, for what has to tell its files apart. */
export const FROM_SOURCES: BotProgram = {
  command: BUILT.command.map((word) => word.replace('dist/main.js', 'src/main.ts')),
  folder: PROJECT,
};
const START_MS = 120_000;
/** Longer than a bot takes to say that it is ready or not; another server might never answer. */
const LOOK_MS = 2_000;

/** Asked again and again while a bot starts: a request by `fetch` takes ten times the CPU. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isConnected;
}

type Environment = Readonly<Record<string, string>>;

/** The built bot as a process of its own, on a free port of loopback. */
export class BotProcess {
  /** Everything the bot has written so far, standard output and error. */
  output = '';
  /** The port of the run at hand or the last one. */
  port = 0;
  /** Stopped in the middle of its work, as a hanging machine is. */
  isPaused = false;
  #child: ChildProcess | undefined;
  readonly #env: Environment;
  readonly #program: BotProgram;

  constructor(env: Environment, program = BUILT) {
    this.#env = env;
    this.#program = program;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** 0 while it does not run. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** How the last run ended by itself; null while it runs. */
  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  /** Starts the bot; resolves when it is ready. */
  async start(env: Environment = {}): Promise<void> {
    this.port = await freePort();
    const [file = '', ...args] = this.#program.command;
    const child = spawn(file, args, {
      cwd: this.#program.folder,
      env: { ...this.#env, ...env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    endWithRun(child, 'SIGKILL');
    const take = (data: Buffer): void => {
      this.output += data.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const deadline = Date.now() + START_MS;
    for (;;) {
      const isReady = (await isListening(this.port)) && (await this.#isReady());
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the bot did not start:\n${this.output}`);
      }
      if (isReady) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async #isReady(): Promise<boolean> {
    const signal = AbortSignal.timeout(LOOK_MS);
    const headers = { connection: 'close' };
    const answer = await fetch(`${this.url}/readyz`, { signal, headers }).catch(() => undefined);
    return answer?.status === 200;
  }

  pause(): void {
    this.isPaused = true;
    this.#child?.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child?.kill('SIGCONT');
    this.isPaused = false;
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
}
