const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A password, code or key from the moment it enters the process. Printing, logging or serialising
 * it shows only that a secret was there; `reveal` is called where the secret leaves for its one use.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [INSPECT](): string {
    return '[secret]';
  }
}
