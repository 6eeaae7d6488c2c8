import { randomBytes, randomInt } from 'node:crypto';
import { passcodeFrom } from '../domain/flows/passcode.ts';
import { Secret } from '../domain/secret.ts';
import type { Random } from '../service/deps.ts';

/** 144 bits, URL-safe and without a dot: the ids on cards. */
const ID_BYTES = 18;

export const random: Random = {
  id: () => randomBytes(ID_BYTES).toString('base64url'),
  reference: () => randomBytes(4).toString('hex').toUpperCase(),
  fraction: Math.random,
  below: (max) => randomInt(max),
  passcode: (length) => new Secret(passcodeFrom((max) => randomInt(max), length)),
};
