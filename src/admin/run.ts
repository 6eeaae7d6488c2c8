import { once } from 'node:events';
import { createLog } from '../adapters/log.ts';
import { helpText, readCommandLine } from './commandLine.ts';
import { CommandFailure, type Outcome } from './command.ts';
import { COMMANDS } from './commands.ts';
import { readConfig, readSudoUser } from '../config/config.ts';
import { DirectoryError, StoreError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import { plain } from './print.ts';
import { versionOf } from '../process/version.ts';

/** Faults on the bot's own level are told by exit code and message; the log is for trouble beside them. */
const LOG_LEVEL = 'warn';

/** A command's input and output. */
export interface Terminal {
  /** Absent: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Resolves when more may be written. */
  out(text: string): Promise<void>;
  err(text: string): void;
}

/** One command of the process, from its words to its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  // A reader of only the first lines (`head`) closes the pipe.
  process.stdout.on('error', () => process.exit(1));
  process.exitCode = await runCommand(argv, {
    log: createLog(LOG_LEVEL),
    async out(text) {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    err: (text) => void process.stderr.write(text),
  });
}

/** One command; gives its exit code. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  // The answer is for a program, however wrong the rest of the line may be.
  const isJson = argv.includes('--json');
  try {
    const asked = readCommandLine(argv, COMMANDS);
    if (asked === 'help') {
      const help = helpText(COMMANDS);
      const names = COMMANDS.map(({ name, usage, summary }) => ({ name, usage, summary }));
      await print({ json: { commands: names }, text: help }, isJson, terminal);
      return 0;
    }
    if (asked === 'version') {
      const version = versionOf();
      await print({ json: { version }, text: version }, isJson, terminal);
      return 0;
    }
    const config = readConfigOrFail(terminal.env);
    const { openWorkplace } = await import('./workplace.ts');
    const place = openWorkplace(config, {
      log: terminal.log,
      say: (line) => {
        terminal.err(`${line}\n`);
      },
      sudoUser: readSudoUser(terminal.env),
    });
    try {
      await print(await asked.command.run(place, asked.args), isJson, terminal);
    } finally {
      await place.close();
    }
    return 0;
  } catch (error) {
    const failure = failureOf(error);
    if (isJson)
      await terminal.out(`${JSON.stringify({ error: failure.message, ...failure.facts })}\n`);
    else terminal.err(`${linesOf(failure.text)}\n`);
    return 1;
  }
}

function readConfigOrFail(env: NodeJS.ProcessEnv | undefined) {
  const read = readConfig(env);
  if (read.ok) return read.config;
  const { faults } = read;
  const message = 'The configuration is not right';
  throw new CommandFailure(message, {
    facts: { faults },
    text: `${message}:\n${faults.join('\n')}`,
  });
}

async function print(outcome: Outcome, isJson: boolean, { out }: Terminal): Promise<void> {
  if (!('stream' in outcome)) {
    await out(`${isJson ? JSON.stringify(outcome.json) : linesOf(outcome.text)}\n`);
    return;
  }
  for await (const text of outcome.stream) await out(text);
}

/** The text as a terminal may have it: names come from the directory. */
function linesOf(text: string): string {
  return text.split('\n').map(plain).join('\n');
}

function failureOf(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof StoreError || error instanceof DirectoryError) {
    return new CommandFailure(error.message);
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new CommandFailure(`a fault in the program (${name}); nothing more was done`);
}
