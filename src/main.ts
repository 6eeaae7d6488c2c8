import { onEndAsked, onReloadAsked, openNoInspector } from './process/signals.ts';
import { widenThreadPool } from './process/threadPool.ts';
import type { RunningBot } from './compose.ts';
import type { Log } from './ports/log.ts';

openNoInspector();
// Heard before anything is loaded, and done once the bot has started.
const bot = Promise.withResolvers<RunningBot>();
hearSignals(bot.promise);
// First: modules loaded afterwards may give the pool its first work, and its size is read then.
widenThreadPool();
const { startBot } = await import('./compose.ts');
const { createLog } = await import('./adapters/log.ts');
const { readConfig } = await import('./config/config.ts');
const { random } = await import('./process/random.ts');
await run();

/** Runs the bot until a signal ends it. */
async function run(): Promise<void> {
  const read = readConfig();
  if (!read.ok) {
    process.stderr.write(`The configuration is not right:\n${read.faults.join('\n')}\n`);
    process.exitCode = 1;
    return;
  }
  const log = createLog(read.config.logLevel);
  endOnBug(log);
  try {
    bot.resolve(await startBot(read.config, log));
  } catch (error) {
    process.stderr.write(`The bot cannot start: ${describe(error)}\n`);
    process.exit(1);
  }
}

function hearSignals(started: Promise<RunningBot>): void {
  onReloadAsked(() => void started.then(({ reload }) => reload(readConfig())));
  let isStopping = false;
  onEndAsked(['SIGTERM', 'SIGINT'], () => {
    if (isStopping) return;
    isStopping = true;
    started
      .then(({ stop }) => stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`The bot did not stop cleanly: ${describe(error)}\n`);
          process.exit(1);
        },
      );
  });
}

/**
 * An uncaught bug: the process tells of it and ends, and its supervisor starts it anew. Nothing is lost
 * with it: every step is in the database before it is done (requirement R14).
 */
function endOnBug(log: Log): void {
  // Unhandled rejections come this way too.
  process.on('uncaughtException', (error: unknown, origin: string) => {
    log.error({ reference: random.reference(), origin, err: error }, 'a bug ends the bot');
    process.exit(1);
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown fault';
}
