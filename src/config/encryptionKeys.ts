import { Secret } from '../domain/secret.ts';

/** The key of .env.example, readable by everybody (requirement S4). */
const EXAMPLE_KEY = Buffer.from('this is only an example, no key!');

const KEY_BYTES = 32;

/** `id:base64[,id:base64…]`; the first is the one that encrypts. Each key reveals 32 bytes in base64. */
export function keyRing(text: string) {
  const keys: { readonly id: string; readonly key: Secret }[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)\s*$/.exec(part);
    const [, id = '', key = ''] = match ?? [];
    const isNew = keys.every((other) => other.id !== id);
    if (match === null || !isNew || !isStrong(Buffer.from(key, 'base64'))) return undefined;
    keys.push({ id, key: new Secret(key) });
  }
  return keys;
}

function isStrong(key: Buffer): boolean {
  return key.length === KEY_BYTES && !key.equals(EXAMPLE_KEY) && new Set(key).size > 1;
}
