import type { SendingHours } from '../domain/rotation/calendar.ts';
import { Secret } from '../domain/secret.ts';

/** The key of .env.example, readable by everybody (requirement S4). */
const EXAMPLE_KEY = Buffer.from('this is only an example, no key!');

const KEY_BYTES = 32;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** One encryption key; `key` reveals 32 bytes in base64. */
export interface EncryptionKey {
  readonly id: string;
  readonly key: Secret;
}

/** `id:base64[,id:base64…]`; the first is the one that encrypts. */
export function keyRing(text: string): EncryptionKey[] | undefined {
  const keys: EncryptionKey[] = [];
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

/** `Mon-Fri 08-16`; one day alone and ranges over Sunday are days too. */
export function schedule(text: string): SendingHours | undefined {
  const match = /^([a-z]{3})(?:-([a-z]{3}))? +([0-9]{2})-([0-9]{2})$/.exec(text.toLowerCase());
  if (match === null) return undefined;
  const [, first = '', last = first, from, to] = match;
  const [start, end] = [WEEKDAYS.indexOf(first), WEEKDAYS.indexOf(last)];
  const [fromHour, toHour] = [Number(from), Number(to)];
  if (start < 0 || end < 0 || fromHour >= toHour || toHour > 24) return undefined;

  const count = ((end - start + 7) % 7) + 1;
  const weekdays = Array.from({ length: count }, (_, index) => ((start + index) % 7) + 1);
  return { weekdays: weekdays.sort((a, b) => a - b), fromHour, toHour };
}

/** Host names, each perhaps with `*.` before it, in lower case. */
export function serviceHosts(text: string): string[] | undefined {
  const hosts = text.split(',').map((host) => host.trim().toLowerCase());
  const isRight = (host: string): boolean =>
    /^(?:(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])$/.test(host);
  return hosts.every(isRight) ? hosts : undefined;
}
