import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Secret } from '../../../domain/secret.ts';
import type { PasscodeTo } from '../../../domain/flows/passcode.ts';
import { StoreError } from '../../../ports/errors.ts';

/** One of the configured keys. The first of a list encrypts, all decrypt. */
export interface EncryptionKey {
  readonly id: string;
  /** 32 random bytes in base64. */
  readonly key: Secret;
}

/**
 * A sealed value's place, and the columns beside it in its row: the value opens nowhere else (requirement
 * S1).
 */
export type Place = readonly [
  table: string,
  row: string,
  column: string,
  ...beside: (string | number | null)[],
];

/** The keys at work. Every list is in the order of configuration, the writing key first. */
export interface Keyring {
  /** The prefix of every value that a key has sealed; the writing key's first. */
  readonly prefixes: readonly [string, ...string[]];
  /** AES-256-GCM: `v1:<key id>:<base64 of nonce, ciphertext and tag>`. */
  seal(place: Place, clear: string, use?: SealUse): string;
  /**
   * The clear text; undefined for a value that was not sealed for this place.
   * @throws UnknownKeyError
   */
  open(place: Place, sealed: unknown, use?: SealUse): string | undefined;
  /** A keyed hash by which equal texts are found without being readable. */
  index(text: string): string;
  /** The index under every key, for looking up rows of an earlier key. */
  indexes(text: string): string[];
  /**
   * The stored MAC of a code, under every key: `<key id>:<base64>`, bound to its flow and number (requirements C8,
   * C9). With `draw` that of a guess on a card: the person who typed it knows it, and put in the code's place it
   * must be none.
   */
  passcodeMacs(to: PasscodeTo, code: Secret, draw?: number): readonly [string, ...string[]];
}

/** A value names a key that is not configured. */
export class UnknownKeyError extends StoreError {
  constructor(where: string) {
    super('corrupt', `${where} was sealed with a key that is not configured`);
  }
}

export type SealUse = 'encrypt' | 'history' | 'audit';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const VERSION = 'v1';
const KEY_ID = /^[A-Za-z0-9._-]{1,64}$/;

interface DerivedKeys {
  readonly id: string;
  readonly encrypt: KeyObject;
  readonly history: KeyObject;
  readonly audit: KeyObject;
  readonly index: KeyObject;
  readonly passcode: KeyObject;
}

function derive({ id, key }: EncryptionKey): DerivedKeys {
  if (!KEY_ID.test(id)) throw new StoreError('corrupt', 'an encryption key has an unusable id');
  const bytes = Buffer.from(key.reveal(), 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new StoreError('corrupt', `encryption key ${id} is not ${KEY_BYTES} bytes long`);
  }
  // RFC 5869: one key per use, so that an index or a code's hash says nothing of the cipher key.
  const subkey = (use: string): KeyObject =>
    createSecretKey(
      Buffer.from(hkdfSync('sha256', bytes, '', `password-bot store ${use} ${id}`, KEY_BYTES)),
    );
  return {
    id,
    encrypt: subkey('encrypt'),
    history: subkey('history'),
    audit: subkey('audit'),
    index: subkey('index'),
    passcode: subkey('passcode'),
  };
}

/** A list of strings as bytes that no other list gives. */
function unambiguous(parts: readonly (string | number | null)[]): Buffer {
  return Buffer.from(JSON.stringify(parts));
}

function unseal(key: KeyObject, place: Place, bytes: Buffer): string {
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(unambiguous(place));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const body = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
}

/** The clear text; undefined also where its key is not configured, which proves nothing either. */
export function openKnown(
  keys: Keyring,
  place: Place,
  sealed: unknown,
  use?: SealUse,
): string | undefined {
  try {
    return keys.open(place, sealed, use);
  } catch (error) {
    if (error instanceof UnknownKeyError) return undefined;
    throw error;
  }
}

/** @throws StoreError when there is no key, two share an id, or one is not 32 bytes long. */
export function createKeyring(keys: readonly EncryptionKey[]): Keyring {
  const [first, ...others] = keys.map(derive);
  if (first === undefined) throw new StoreError('corrupt', 'no encryption key is configured');
  const all: readonly [DerivedKeys, ...DerivedKeys[]] = [first, ...others];
  const byId = new Map(all.map((key) => [key.id, key]));
  if (byId.size !== all.length) throw new StoreError('corrupt', 'two encryption keys share an id');

  const indexWith = (key: DerivedKeys, text: string): string =>
    createHmac('sha256', key.index).update(text).digest('base64');
  const passcodeMac = (
    key: DerivedKeys,
    { flowId, mobile }: PasscodeTo,
    code: Secret,
    draw?: number,
  ): string => {
    const guessed = draw === undefined ? [] : [draw];
    const what = unambiguous([flowId, mobile, code.reveal(), ...guessed]);
    const mac = createHmac('sha256', key.passcode).update(what);
    return `${key.id}:${mac.digest('base64')}`;
  };

  const prefixOf = ({ id }: DerivedKeys): string => `${VERSION}:${id}:`;

  return {
    prefixes: [prefixOf(first), ...others.map(prefixOf)],

    seal(place, clear, use = 'encrypt') {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first[use], nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(unambiguous(place));
      const body = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([nonce, body, cipher.getAuthTag()]);
      return `${prefixOf(first)}${bytes.toString('base64')}`;
    },

    open(place, sealed, use = 'encrypt') {
      // In SQLite bytes may have been put in the place of the text.
      if (typeof sealed !== 'string') return undefined;
      const [version, id, encoded] = sealed.split(':');
      if (version !== VERSION || id === undefined || encoded === undefined) return undefined;
      const key = byId.get(id);
      if (key === undefined) {
        const where = `${place[0]}.${place[2]}`;
        throw new UnknownKeyError(where);
      }
      try {
        return unseal(key[use], place, Buffer.from(encoded, 'base64'));
      } catch {
        return undefined;
      }
    },

    index: (text) => indexWith(first, text),
    indexes: (text) => all.map((key) => indexWith(key, text)),
    passcodeMacs: (to, code, draw) => [
      passcodeMac(first, to, code, draw),
      ...others.map((key) => passcodeMac(key, to, code, draw)),
    ],
  };
}
