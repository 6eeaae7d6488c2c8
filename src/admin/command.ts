import type { ParseArgsOptionsConfig } from 'node:util';
import type { Workplace } from './workplace.ts';

/** A command's answer: for programs and for people. A stream is printed as it comes. */
export type Outcome =
  { readonly json: unknown; readonly text: string } | { readonly stream: AsyncIterable<string> };

/** The words typed behind the command's name. */
export interface Arguments {
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** `--json` was given. */
  readonly isJson: boolean;
}

/** One row of the command table. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  /** The words that follow the name, for `--help`. */
  readonly usage: string;
  readonly summary: string;
  /** How many arguments it takes, no more and no less. */
  readonly positionals: number;
  readonly options?: ParseArgsOptionsConfig;
  /** @throws CommandFailure where the command fails */
  run(place: Workplace, args: Arguments): Promise<Outcome>;
}

/** The expected "no" of a command: one clear line for people, and the facts for programs. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly facts: Readonly<Record<string, unknown>>;
  /** The text that people see in place of the line, where a line is not enough. */
  readonly text: string;

  constructor(
    message: string,
    more: { readonly facts?: Readonly<Record<string, unknown>>; readonly text?: string } = {},
  ) {
    super(message);
    this.facts = more.facts ?? {};
    this.text = more.text ?? message;
  }
}
