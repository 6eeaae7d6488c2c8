import { Refusal } from './refusal.ts';

/**
 * The chats: the persons in each, and its messages. A chat without messages that the bot did not open does
 * not exist, and Teams says so with its own errors.
 */
export class Chats {
  /** Roster entries by user id; a test may change them at any time. */
  readonly members = new Map<string, Record<string, unknown>>();
  /** Conversations whose history was removed: Teams no longer finds them. */
  readonly gone = new Set<string>();
  /** The user ids of the people in it, by conversation id. */
  readonly #people = new Map<string, Set<string>>();
  /** As `conversation/message`. */
  readonly #messages = new Set<string>();

  /** The chat exists from now on, with this person in it. */
  know(conversationId: string, userId: string): void {
    const people = this.#people.get(conversationId) ?? new Set();
    this.#people.set(conversationId, people.add(userId));
  }

  knowMessage(conversationId: string, messageId: string): void {
    this.#messages.add(`${conversationId}/${messageId}`);
  }

  /** Opens a chat with the one member that the body names; a refusal where there is no such person. */
  open(body: Readonly<Record<string, unknown>>, conversationId: string): Refusal | undefined {
    const [named, ...others] = (body['members'] ?? []) as { readonly id?: unknown }[];
    const id = named?.id;
    const entries = [...this.members];
    const person = entries.find(([userId, entry]) => id === userId || id === entry['aadObjectId']);
    if (person === undefined || others.length > 0) {
      return new Refusal(400, 'MemberNotFoundInConversation', 'Member not found in conversation.');
    }
    this.know(conversationId, person[0]);
    return undefined;
  }

  /** The roster's entry of a person in the chat. */
  memberOf(conversationId: string, userId: string): Record<string, unknown> | Refusal {
    const fault = this.refusalOf(conversationId);
    if (fault !== undefined) return fault;
    const isThere = this.#people.get(conversationId)?.has(userId);
    const member = isThere ? this.members.get(userId) : undefined;
    return (
      member ??
      new Refusal(404, 'MemberNotFoundInConversation', 'Member not found in conversation.')
    );
  }

  /** Why the chat takes no message, or no update of that one; undefined where it does. */
  refusalOf(conversationId: string, messageId?: string): Refusal | undefined {
    if (!this.#people.has(conversationId) || this.gone.has(conversationId)) {
      return new Refusal(404, 'ConversationNotFound', 'Conversation not found.');
    }
    const isKnown = messageId === undefined || this.#messages.has(`${conversationId}/${messageId}`);
    return isKnown
      ? undefined
      : new Refusal(404, 'ActivityNotFoundInConversation', 'Conversation not found.');
  }
}
