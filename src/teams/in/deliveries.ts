import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { Inbound } from './activity.ts';
import { createRecent } from '../recent.ts';

/** The channel repeats an unanswered delivery after 15 s. */
const REMEMBERED_MS = 120_000;
const MAX_REMEMBERED = 1_000;

/** An answer to the channel; `body` is JSON, as text: a remembered card takes a fifth of the room so. */
export interface BotReply {
  readonly status: number;
  readonly body?: string | undefined;
}

/** One activity and its answer, which a later result may replace. */
export interface Delivery {
  reply: Promise<BotReply>;
}

/**
 * Runs each activity once in this process, however often it is delivered: a repetition gets the answer of
 * the first. Across processes the service recognizes repetitions by the card's handle.
 */
export function createDeliveries(clock: () => number) {
  const seen = createRecent<Delivery>({ ttlMs: REMEMBERED_MS, max: MAX_REMEMBERED }, clock);
  // Bytes would be made a key at every activity, which takes longer than the hash.
  const key = createSecretKey(randomBytes(32));

  /** Two different contents never share an answer, whatever ids they came with. */
  function nameOf(activity: Inbound): string | undefined {
    if (activity.id === undefined) return undefined;
    const { type, name, action, text, value, replyToId } = activity;
    const content = JSON.stringify([type, name, action, text, value, replyToId]);
    const { tenantId, aadObjectId, conversationId } = activity.conversation;
    const digest = createHmac('sha256', key).update(content).digest('base64url');
    return JSON.stringify([tenantId, aadObjectId, conversationId, activity.id, digest]);
  }

  return {
    once(activity: Inbound, work: (delivery: Delivery) => Promise<BotReply>): Promise<BotReply> {
      const name = nameOf(activity);
      const known = name === undefined ? undefined : seen.get(name);
      if (known) return known.reply;
      const delivery: Delivery = { reply: Promise.resolve({ status: 200 }) };
      delivery.reply = work(delivery);
      if (name !== undefined) seen.set(name, delivery);
      return delivery.reply;
    },
  };
}
