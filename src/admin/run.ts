import { once } from 'node:events';
import { createLog } from '../adapters/log.ts';
import { asksForJson, helpText, readCommandLine } from './commandLine.ts';
import { CommandFailure, type Outcome } from './command.ts';
import { COMMANDS } from './commands.ts';
import { readConfig } from '../config.ts';
import { DirectoryError } from '../ports/directory.ts';
import { StoreError } from '../ports/store.ts';

/** What goes wrong on the bot's own level is told by exit code and message; the log is for trouble beside it. */
const LOG_LEVEL = 'warn';

/** One command, from its words to its exit code. */
export async function run(argv: readonly string[]): Promise<void> {
  // Whoever reads only the first lines closes the pipe.
  process.stdout.on('error', () => process.exit(1));
  const isJson = asksForJson(argv);
  try {
    const asked = readCommandLine(argv, COMMANDS);
    if (asked === 'help') {
      const help = helpText(COMMANDS);
      const names = COMMANDS.map(({ name, usage, summary }) => ({ name, usage, summary }));
      await print({ json: { commands: names }, text: help }, isJson);
      return;
    }
    const config = readConfigOrFail();
    const { openWorkplace } = await import('./workplace.ts');
    const place = openWorkplace(config, createLog(LOG_LEVEL));
    try {
      await print(await asked.command.run(place, asked.args), isJson);
    } finally {
      await place.close();
    }
  } catch (error) {
    process.exitCode = 1;
    await report(error, isJson);
  }
}

function readConfigOrFail() {
  const read = readConfig();
  if (read.ok) return read.config;
  const { faults } = read;
  const message = 'The configuration is not right';
  throw new CommandFailure(message, {
    facts: { faults },
    text: `${message}:\n${faults.join('\n')}`,
  });
}

async function print(outcome: Outcome, isJson: boolean): Promise<void> {
  if (!('stream' in outcome)) {
    await write(`${isJson ? JSON.stringify(outcome.json) : outcome.text}\n`);
    return;
  }
  for await (const text of outcome.stream) await write(text);
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

async function report(error: unknown, isJson: boolean): Promise<void> {
  const failure = failureOf(error);
  if (isJson) await write(`${JSON.stringify({ error: failure.message, ...failure.facts })}\n`);
  else process.stderr.write(`${failure.text}\n`);
}

function failureOf(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof StoreError || error instanceof DirectoryError) {
    return new CommandFailure(error.message);
  }
  const name = error instanceof Error ? error.name : typeof error;
  return new CommandFailure(`a fault in the program (${name}); nothing more was done`);
}
