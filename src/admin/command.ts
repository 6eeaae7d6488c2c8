import type { ParseArgsOptionsConfig } from 'node:util';
import type { OpenDirectory } from '../adapters/ldap/directory.ts';
import type { OpenStore } from '../adapters/store/open.ts';
import type { Config } from '../config/config.ts';
import type { Log } from '../ports/log.ts';

/** How long a command waits for one answer of the directory. */
export const LOOKUP_MS = 10_000;

/** A command's workplace: parts are opened when they are first asked for. */
export interface Workplace {
  readonly config: Config;
  readonly log: Log;
  /** The person who types: `os:<user>` or `os:<user>(sudo:<person>)`, as in the audit. */
  readonly actor: string;
  /** The same without the prefix, as notices name the actor. */
  readonly userName: string;
  /** Tells people a line beside the answer. */
  say(line: string): void;
  store(): Promise<OpenStore>;
  /** Epoch ms until which the database's certificate is valid; known once the store is open by TLS. */
  databaseCertificateEndsAt(): number | undefined;
  directory(): OpenDirectory;
  /** Closes the opened parts, the last one first. */
  close(): Promise<void>;
}

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
