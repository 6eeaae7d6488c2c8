import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

type Json = Record<string, unknown>;

/** One RSA key of a channel, with its public half as a JWKS entry. */
export interface ChannelKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly jwk: Json;
}

export function createChannelKey(kid: string, endorsements?: readonly string[]): ChannelKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    kid,
    privateKey,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    jwk: {
      ...publicKey.export({ format: 'jwk' }),
      kid,
      use: 'sig',
      ...(endorsements ? { endorsements } : {}),
    },
  };
}

const HASHES: Readonly<Record<string, string>> = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
};

/** A JWT of any header and claims, also of those that no honest library makes. */
export function signToken(header: Json, claims: Json, key: ChannelKey): string {
  const signed = [header, claims].map((part) => encode(JSON.stringify(part))).join('.');
  return `${signed}.${signatureOf(signed, header['alg'], key)}`;
}

function signatureOf(signed: string, alg: unknown, key: ChannelKey): string {
  if (alg === 'none') return '';
  // The classic confusion: the public key, which is no secret, used as a shared secret.
  if (alg === 'HS256') {
    return createHmac('sha256', key.publicPem).update(signed).digest('base64url');
  }
  const hash = HASHES[String(alg)] ?? 'sha256';
  return createSign(hash).update(signed).sign(key.privateKey, 'base64url');
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
