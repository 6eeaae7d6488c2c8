import { z } from 'zod';
import { NotifierError } from '../ports/errors.ts';
import type { Address } from '../domain/parties.ts';

const conversationSchema = z.object({
  serviceUrl: z.string(),
  conversationId: z.string(),
  tenantId: z.string(),
  aadObjectId: z.string(),
  /** The channel's id of the person (`29:…`). */
  userId: z.string(),
  /** The channel's id of the bot (`28:…`). */
  botId: z.string(),
  channelId: z.string(),
});

/** A chat with one person, in the connector's form. */
export type Conversation = Readonly<z.infer<typeof conversationSchema>>;

/** A conversation as text, the form in which other rooms keep it. */
export function addressOf(conversation: Conversation): Address {
  return JSON.stringify(conversation);
}

/** @throws NotifierError `refused` for text that is no written conversation. */
export function conversationOf(address: Address): Conversation {
  try {
    return conversationSchema.parse(JSON.parse(address));
  } catch (cause) {
    throw new NotifierError('refused', 'an address that cannot be read', { cause });
  }
}
