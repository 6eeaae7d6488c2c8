import { once } from 'node:events';
import type { Activity } from 'botbuilder';
import { NotifierError } from '../../ports/errors.ts';
import type { ManagerKey } from '../../domain/parties.ts';
import type { Conversation } from '../conversation.ts';
import { CHANNEL } from '../in/activity.ts';
import { withDeadline } from '../../ports/deadline.ts';
import { exchange, lost, refusal, idOf } from './exchange.ts';
import type { ServiceHosts } from './serviceHosts.ts';
import type { Login } from './login.ts';

export const CARD_TYPE = 'application/vnd.microsoft.card.adaptive';
/** Where Teams takes messages to people from whom the bot has not heard yet. */
const GLOBAL_SERVICE_URL = 'https://smba.trafficmanager.net/teams/';
const SEND_TIMEOUT_MS = 8_000;
const MEMBER_TIMEOUT_MS = 2_000;

/** An Adaptive Card, ready to be an attachment's content. */
export type Card = Readonly<Record<string, unknown>>;

/** A card, and the line that stands for it on a lock screen, in a banner and in the list of chats. */
export interface Message {
  readonly card: Card;
  readonly summary: string;
}

/**
 * The channel's way back to a conversation: one try each, within 8 s (the roster 2 s), with the bot's
 * token. Throws only NotifierError.
 */
export interface Connector {
  /** Posts a card and gives its message's id. */
  post(conversation: Conversation, message: Message, signal?: AbortSignal): Promise<string>;
  /** Makes the person's own chat with the bot, or finds it. `via` tells where the channel is. */
  open(
    person: ManagerKey,
    via: Conversation | undefined,
    signal?: AbortSignal,
  ): Promise<Conversation>;
  /** Posts a sentence in a conversation of several. */
  say(conversation: Conversation, text: string): Promise<void>;
  /** Replaces the card of a message. */
  update(
    conversation: Conversation,
    messageId: string,
    card: Card,
    signal?: AbortSignal,
  ): Promise<void>;
  /** The roster's entry of the conversation's person, as it came. */
  member(conversation: Conversation): Promise<unknown>;
}

export interface ConnectorOptions {
  readonly isServiceHost: ServiceHosts;
  /** The bot's registration; the channel knows the bot as `28:<app id>`. */
  readonly appId: string;
  /** Empty: any tenant (only without authentication). */
  readonly tenantId: string;
  /** Absent without authentication: requests are not signed. */
  readonly login?: Login | undefined;
}

export function createConnector(options: ConnectorOptions): Connector {
  const { login } = options;

  async function call(
    to: Conversation,
    { method, path, body, timeoutMs = SEND_TIMEOUT_MS, signal: callerSignal }: Call,
  ): Promise<unknown> {
    requireOwn(options, to);
    return withDeadline(timeoutMs, callerSignal, async (signal) => {
      const token = login ? await tokenOf(login, signal) : undefined;
      const operation = ['v3/conversations', ...path.map(segment)].join('/');
      const url = new URL(operation, to.serviceUrl.replace(/\/?$/, '/'));
      const answer = await exchange({ method, url, token, body, signal }).catch(
        (error: unknown) => {
          throw lost(error);
        },
      );
      if (answer.status < 200 || answer.status > 299) throw refusal(answer, login);
      return answer.body;
    });
  }

  return {
    async post(conversation, { card, summary }, signal) {
      const path = [conversation.conversationId, 'activities'];
      const body = { ...toMessage(conversation, card), summary };
      const sent = await call(conversation, { method: 'POST', path, body, signal });
      return idOf(sent, 'the answer holds no message id');
    },
    async open(person, via, signal) {
      const conversation = newConversation(options, person, via);
      const { botId, tenantId } = conversation;
      const body = {
        isGroup: false,
        bot: { id: botId, name: '' },
        // The connector would refuse it as `aadObjectId`: it has to stand in `id`.
        members: [{ id: person.aadObjectId, name: '' }],
        tenantId,
        channelData: { tenant: { id: tenantId } },
      };
      const created = await call(conversation, { method: 'POST', path: [], body, signal });
      return { ...conversation, conversationId: idOf(created, 'the answer holds no conversation') };
    },
    async say(conversation, text) {
      const { conversationId: id, botId, channelId } = conversation;
      const body = {
        type: 'message',
        text,
        textFormat: 'plain',
        channelId,
        from: { id: botId, name: '' },
        conversation: { id, name: '', isGroup: true, conversationType: '' },
      };
      await call(conversation, { method: 'POST', path: [id, 'activities'], body });
    },
    async update(conversation, messageId, card, signal) {
      const path = [conversation.conversationId, 'activities', messageId];
      const body = { ...toMessage(conversation, card), id: messageId };
      await call(conversation, { method: 'PUT', path, body, signal });
    },
    member(conversation) {
      const path = [conversation.conversationId, 'members', conversation.userId];
      return call(conversation, { method: 'GET', path, timeoutMs: MEMBER_TIMEOUT_MS });
    },
  };
}

/**
 * Whether a server answers where Teams takes messages, on a connection made as for a post; nothing is
 * posted. Undefined where the bot may not send there.
 */
export async function reachesConnector(isServiceHost: ServiceHosts): Promise<boolean | undefined> {
  if (!isServiceHost(GLOBAL_SERVICE_URL)) return undefined;
  const url = new URL('v3/conversations', GLOBAL_SERVICE_URL);
  try {
    await withDeadline(SEND_TIMEOUT_MS, undefined, (signal) =>
      exchange({ method: 'GET', url, token: undefined, signal, isAlone: true }),
    );
    return true;
  } catch {
    return false;
  }
}

/** One operation of the Bot Connector; its path is the part after `v3/conversations`. */
interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: readonly string[];
  readonly body?: unknown;
  /** Default: that of a post. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** @throws NotifierError for an id that would be another path, or none. */
function segment(id: string): string {
  if (/^\.{0,2}$/.test(id) || !id.isWellFormed()) throw new NotifierError('refused', 'a bad id');
  return encodeURIComponent(id);
}

/**
 * A conversation without an id yet. The channel's id of the person is known from their former chat, or
 * learned from their first activity.
 */
function newConversation(
  { appId }: ConnectorOptions,
  { tenantId, aadObjectId }: ManagerKey,
  via: Conversation | undefined,
): Conversation {
  return {
    serviceUrl: via?.serviceUrl ?? GLOBAL_SERVICE_URL,
    conversationId: '',
    tenantId,
    aadObjectId,
    // The channel's own id of the person outlives the chat: the roster is asked by it.
    userId: via?.aadObjectId === aadObjectId ? via.userId : aadObjectId,
    botId: via?.botId ?? `28:${appId}`,
    channelId: via?.channelId ?? CHANNEL,
  };
}

/** A stored conversation is checked anew: allow-list or tenant may have changed since (T3, T4). */
function requireOwn({ isServiceHost, tenantId }: ConnectorOptions, to: Conversation): void {
  if (!isServiceHost(to.serviceUrl)) throw new NotifierError('refused', 'service host');
  if (tenantId && to.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
    throw new NotifierError('refused', 'tenant');
  }
}

/** Without a token no request goes out, so every failure here is definite. */
async function tokenOf(login: Login, signal: AbortSignal): Promise<string> {
  try {
    signal.throwIfAborted();
    const late = once(signal, 'abort').then(() => Promise.reject(new Error('no token in time')));
    return await Promise.race([login.token(), late]);
  } catch (cause) {
    throw new NotifierError('refused', 'login', { cause });
  }
}

/** Only the card: Teams makes two messages of card and text, without an id. */
function toMessage(conversation: Conversation, card: Card): Partial<Activity> {
  return {
    type: 'message',
    channelId: conversation.channelId,
    from: { id: conversation.botId, name: '' },
    recipient: { id: conversation.userId, name: '', aadObjectId: conversation.aadObjectId },
    conversation: {
      id: conversation.conversationId,
      name: '',
      isGroup: false,
      conversationType: 'personal',
      tenantId: conversation.tenantId,
    },
    attachments: [{ contentType: CARD_TYPE, content: card }],
  };
}
