import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { answerText } from '../../ports/answerText.ts';
import { withDeadline } from '../../ports/deadline.ts';
import { DAY_MS, HOUR_MS } from '../../domain/durations.ts';
import type { Log } from '../../ports/log.ts';
import { single } from '../../service/waiting/waiting.ts';
import { hasElapsed } from '../recent.ts';
import { isLoopbackHost } from '../out/serviceHosts.ts';

const FETCH_TIMEOUT_MS = 5_000;
const REFRESH_AFTER_MS = 12 * HOUR_MS;
const UNUSABLE_AFTER_MS = DAY_MS;
/** Between two fetches, so that made-up key ids cannot make the bot ask without end. */
const FETCH_INTERVAL_MS = 5_000;

const metadataSchema = z.object({ jwks_uri: z.url() });
const keySchema = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1),
  n: z.string(),
  e: z.string(),
  use: z.literal('sig').optional(),
  endorsements: z.array(z.string()).default([]),
});
const keySetSchema = z.object({ keys: z.array(z.unknown()) });

/** A public key with which the channel signs. */
export interface SigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  /** Channels for which it signs; none: for all. */
  readonly endorsements: readonly string[];
}

export interface SigningKeys {
  /**
   * The key of that id; undefined where the channel has none. Fetched anew when the id is unknown.
   * `unavailable`: no keys are at hand and none can be fetched, so the token cannot be judged.
   */
  find(kid: string): Promise<SigningKey | 'unavailable' | undefined>;
}

/** The channel's keys by its OpenID metadata; kept 24 h, renewed after 12 h. */
export function createSigningKeys(metadataUrl: string, clock: () => number, log: Log): SigningKeys {
  let keys = new Map<string, SigningKey>();
  let fetchedAt = -Infinity;
  let triedAt = -Infinity;

  const isUsable = (): boolean => clock() - fetchedAt < UNUSABLE_AFTER_MS;

  async function fetchKeys(): Promise<void> {
    const metadata = metadataSchema.parse(await getJson(metadataUrl));
    const set = keySetSchema.parse(await getJson(sameTrust(metadata.jwks_uri, metadataUrl)));
    const found = set.keys.flatMap((key) => readKey(key) ?? []);
    if (found.length === 0) throw new Error('the key set holds no usable key');
    keys = new Map(found.map((key) => [key.kid, key]));
    fetchedAt = clock();
  }

  const refresh = single(async () => {
    if (!hasElapsed(FETCH_INTERVAL_MS, triedAt, clock())) return;
    triedAt = clock();
    try {
      await fetchKeys();
    } catch (error) {
      log.warn({ fault: error }, 'the signing keys could not be fetched');
    }
  });

  return {
    async find(kid) {
      if (isUsable() && keys.has(kid)) {
        // Renewed in the background: a key that is still good is used without waiting.
        if (hasElapsed(REFRESH_AFTER_MS, fetchedAt, clock())) void refresh();
        return keys.get(kid);
      }
      await refresh();
      return isUsable() ? keys.get(kid) : 'unavailable';
    },
  };
}

/** Undefined for a key that the bot cannot use. */
function readKey(found: unknown): SigningKey | undefined {
  const key = keySchema.safeParse(found).data;
  if (!key) return undefined;
  const { kid, kty, n, e, endorsements } = key;
  try {
    const publicKey = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
    return { kid, publicKey, endorsements };
  } catch {
    return undefined;
  }
}

/** The key set must be fetched as safely as the metadata that names it. */
function sameTrust(keysUrl: string, metadataUrl: string): string {
  const { protocol, hostname } = new URL(keysUrl);
  const isLoopback = new URL(metadataUrl).protocol === 'http:' && isLoopbackHost(hostname);
  if (protocol !== 'https:' && !isLoopback) throw new Error('the key set has no https address');
  return keysUrl;
}

async function getJson(url: string): Promise<unknown> {
  return withDeadline(FETCH_TIMEOUT_MS, undefined, async (signal) => {
    const response = await fetch(url, { redirect: 'error', signal });
    if (!response.ok) throw new Error(`signing keys: HTTP ${String(response.status)}`);
    return JSON.parse(await answerText(response.body)) as unknown;
  });
}
