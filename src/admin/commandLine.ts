import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { CommandFailure, type Arguments, type Command } from './command.ts';

const COMMON_OPTIONS = {
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** The command that a command line asks for, with its arguments; `help` or `version` where the line asks for it. */
export type Asked = 'help' | 'version' | { readonly command: Command; readonly args: Arguments };

/** @throws CommandFailure for a line that no command understands */
export function readCommandLine(argv: readonly string[], commands: readonly Command[]): Asked {
  const words = wordsOf(argv, commands);
  const command = commands.find(({ name }) => isCalled(name, words));
  if (command === undefined) {
    if (argv.includes('--help') || argv.includes('-h')) return 'help';
    if (words.length === 0 && argv.includes('--version')) return 'version';
    throw new CommandFailure(`${unknown(words, commands)}; --help lists the commands`);
  }
  const { values, positionals } = parsed(argv, command);
  const { json, help, version, ...options } = values;
  if (help === true) return 'help';
  if (version === true) return 'version';
  const rest = positionals.slice(command.name.split(' ').length);
  if (rest.length !== command.positionals) {
    throw new CommandFailure(`usage: ${usageOf(command)}`);
  }
  return {
    command,
    args: { positionals: rest, isJson: json === true, options: single(options) },
  };
}

/**
 * The words that are neither an option nor an option's value, wherever the command's name stands among
 * them.
 */
function wordsOf(argv: readonly string[], commands: readonly Command[]): readonly string[] {
  const own = commands.flatMap((command) => Object.entries(command.options ?? {}));
  const options: ParseArgsOptionsConfig = { ...Object.fromEntries(own), ...COMMON_OPTIONS };
  return parseArgs({ args: [...argv], options, strict: false }).positionals;
}

/**
 * Repeats the part that may be a command's name and no more: behind a misspelt one comes a URL with a
 * password.
 */
function unknown(words: readonly string[], commands: readonly Command[]): string {
  const [first, second] = words;
  if (first === undefined) return 'no command given';
  const isHalf = commands.some(({ name }) => name.startsWith(`${first} `));
  const named = (isHalf ? [first, second ?? ''] : [first]).filter((word) => /^[a-z-]+$/.test(word));
  return ['unknown command', ...(named.length > 0 ? [named.join(' ')] : [])].join(': ');
}

function isCalled(name: string, words: readonly string[]): boolean {
  return name.split(' ').every((word, index) => words[index] === word);
}

function parsed(argv: readonly string[], command: Command) {
  try {
    return parseArgs({
      args: [...argv],
      options: { ...command.options, ...COMMON_OPTIONS },
      allowPositionals: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : '';
    throw new CommandFailure(`${reason ?? ''}; usage: ${usageOf(command)}`);
  }
}

/** None of our options may be given more than once. */
function single(options: Readonly<Record<string, unknown>>): Arguments['options'] {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'boolean' ? [[name, value]] : [],
    ),
  );
}

function usageOf({ name, usage }: Command): string {
  return usage === '' ? name : `${name} ${usage}`;
}

export function helpText(commands: readonly Command[]): string {
  const width = Math.max(...commands.map((command) => usageOf(command).length));
  return [
    'npm run -s admin -- COMMAND [--json] | --help | --version',
    '',
    ...commands.map((command) => `  ${usageOf(command).padEnd(width)}  ${command.summary}`),
    '',
    "ACCOUNT is the account's sAMAccountName/uid or its id. --json prints one JSON value.",
    "The configuration is the bot's own, from the environment. The process list shows arguments:",
    'give copy-to a URL without a password, and the password as PGPASSWORD.',
  ].join('\n');
}
