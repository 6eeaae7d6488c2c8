/**
 * Loaded before the product: the slow hash of requirement P3b becomes a quick one. Its cost is chosen
 * and measured apart; what is measured here is everything else.
 */
import crypto, { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

type Done = (error: Error | null, digest: Buffer) => void;

const scrypt = (
  password: string,
  salt: Buffer,
  length: number,
  _cost: unknown,
  done: Done,
): void => {
  const digest = createHash('sha512').update(salt).update(password).digest();
  setImmediate(done, null, digest.subarray(0, length));
};

Object.assign(crypto, { scrypt });
syncBuiltinESMExports();
