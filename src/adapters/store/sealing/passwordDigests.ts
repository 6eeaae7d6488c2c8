import { argon2, createHmac, randomBytes, scrypt as deriveByScrypt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { MOST_HASHES_AT_ONCE } from '../../../domain/passwords/hashing.ts';
import { lastNumber } from '../../../domain/passwords/passwordPolicy.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { PasswordDigest } from '../../../ports/store/passwords.ts';
import { StoreError } from '../../../ports/errors.ts';

/**
 * 12 MiB, three passes: one of the settings that the OWASP Password Storage Cheat Sheet gives as
 * equally strong (RFC 9106 is Argon2). About 25 ms of one core. A guesser needs the encryption key
 * first: the digests are sealed too.
 */
const ARGON2ID = { memory: 12_288, passes: 3, parallelism: 1, tagLength: 32 } as const;
/** Entries of this form say so; those without a form are the former ones, by scrypt. */
export const FORM = 'argon2id$m=12288,t=3,p=1$';
/** The former form: 32 MiB; a third of the cost that the same page asks of scrypt. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const SCRYPT_BYTES = 32;

/** A flow's length: a password typed again in it is not hashed again. */
const REMEMBERED_MS = 15 * 60_000;
const REMEMBERED = 1_000;

/** The part of a password that goes into the slow hash, and the part that a quick one binds to that. */
interface Parts {
  readonly stem: string;
  readonly rest: string;
}

/**
 * Passwords that differ only in the last digit of their last number share the stem, so that one slow
 * hash serves a password and the one that it counts up from. Nine of ten do; after a carry (`abc10`)
 * the other has a stem of its own. More digits outside the slow hash would be digits to try for nothing.
 */
function partsOf(password: string): Parts {
  const number = lastNumber(password);
  if (number === undefined) return { stem: JSON.stringify([password]), rest: '' };
  const { before, digits, after } = number;
  // Without leading zeros: `abc9` and `abc09` are both raised to `abc10`.
  const tens = digits.slice(0, -1).replace(/^0+/, '');
  return {
    stem: JSON.stringify([before, tens, after]),
    rest: `${String(digits.length)}:${digits.slice(-1)}`,
  };
}

interface DigestNeeds {
  readonly salt: Buffer;
  /** Whether the account's history holds entries of the former form. */
  readonly hasFormer: boolean;
}

/** Makes the slow hashes, on threads of their own. */
export interface Digester {
  /**
   * A digest for each of the passwords, which are taken byte for byte (requirement P4).
   * @throws StoreError `busy` where their turn did not come before the signal.
   */
  digest(
    needs: DigestNeeds,
    passwords: readonly Secret[],
    signal: AbortSignal,
  ): Promise<PasswordDigest[]>;
  /** Forgets the remembered hashes. */
  forget(): void;
}

type SlowHash = (text: string, salt: Buffer) => Promise<Buffer>;

export interface DigesterOptions {
  /** As many as there are cores, up to a bound: more would only take turns on them. */
  readonly atOnce?: number;
  /** The memory of an Argon2id hash. */
  readonly memoryKiB?: number | undefined;
  readonly argon2id?: SlowHash;
  readonly scrypt?: SlowHash;
}

export function createDigester({
  atOnce = Math.min(availableParallelism(), MOST_HASHES_AT_ONCE),
  memoryKiB = ARGON2ID.memory,
  argon2id = (text, salt) => byArgon2id(text, salt, memoryKiB),
  scrypt = byScrypt,
}: DigesterOptions = {}): Digester {
  const slots = createSlots(atOnce);
  const memory = createMemory();

  async function slow(
    form: string,
    salt: Buffer,
    text: string,
    signal: AbortSignal,
    hash: SlowHash,
  ): Promise<Buffer> {
    const mark = memory.markOf(form, salt, text);
    const known = memory.get(mark);
    if (known !== undefined) return known;
    const made = await slots
      .run(() => hash(text, salt), signal)
      .catch((error: unknown) => {
        if (!signal.aborted) throw error;
        throw new StoreError('busy', 'too many passwords wait to be hashed', { cause: error });
      });
    memory.keep(mark, made);
    return made;
  }

  return {
    async digest({ salt, hasFormer }, passwords, signal) {
      const stems = new Map<string, Promise<Buffer>>();
      const slowStem = (stem: string): Promise<Buffer> => {
        const made = stems.get(stem) ?? slow(FORM, salt, stem, signal, argon2id);
        stems.set(stem, made);
        return made;
      };
      return Promise.all(
        passwords.map(async (password) => {
          const text = password.reveal();
          const { stem, rest } = partsOf(text);
          const [key, former] = await Promise.all([
            slowStem(stem),
            hasFormer ? slow('scrypt', salt, text, signal, scrypt) : undefined,
          ]);
          const digest = createHmac('sha256', key).update(rest).digest();
          return former === undefined ? { digest } : { digest, former };
        }),
      );
    },
    forget: memory.forget,
  };
}

/**
 * The newest hashes, found by a mark that only this process can make. A password itself is never kept.
 */
function createMemory() {
  const key = randomBytes(32);
  const kept = new Map<string, { readonly hash: Buffer; readonly timer: NodeJS.Timeout }>();

  function drop(mark: string): void {
    clearTimeout(kept.get(mark)?.timer);
    kept.delete(mark);
  }

  return {
    markOf: (form: string, salt: Buffer, text: string): string =>
      createHmac('sha256', key).update(form).update(salt).update(text).digest('base64'),
    get: (mark: string): Buffer | undefined => kept.get(mark)?.hash,
    keep(mark: string, hash: Buffer): void {
      drop(mark);
      const [oldest] = kept.keys();
      if (kept.size >= REMEMBERED && oldest !== undefined) drop(oldest);
      const timer = setTimeout(drop, REMEMBERED_MS, mark);
      timer.unref();
      kept.set(mark, { hash, timer });
    },
    forget(): void {
      for (const mark of [...kept.keys()]) drop(mark);
    },
  };
}

function byArgon2id(message: string, nonce: Buffer, memory: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { ...ARGON2ID, memory, message, nonce }, (error, hash) => {
      if (error) reject(new StoreError('unavailable', 'Argon2 failed', { cause: error }));
      else resolve(hash);
    });
  });
}

function byScrypt(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deriveByScrypt(password, salt, SCRYPT_BYTES, SCRYPT, (error, hash) => {
      if (error) reject(new StoreError('unavailable', 'scrypt failed', { cause: error }));
      else resolve(hash);
    });
  });
}

/** Runs a limited number of works at once; the others wait for their turn, in the order of the calls. */
interface Slots {
  /**
   * Runs `work` when its turn comes. Rejects with the signal's reason, and `work` is not begun, where
   * the signal aborts before that.
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

function createSlots(count: number): Slots {
  const waiting = new Set<() => void>();
  let running = 0;

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (running < count) {
      running += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const start = (): void => {
      resolve(undefined);
    };
    const giveUp = (): void => {
      // The waiter has given up: the turn goes to the next.
      if (waiting.delete(start)) reject(signal.reason as Error);
    };
    waiting.add(start);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async run(work, signal) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
