import type { Activity } from 'botbuilder';
import { ConnectorClient } from 'botframework-connector';
import { z } from 'zod';
import { NotifierError } from '../ports/notifier.ts';
import type { ManagerKey } from '../domain/parties.ts';
import type { Conversation } from '../ports/notifier.ts';
import type { ServiceHosts } from './hosts.ts';
import type { Login } from './login.ts';

const CARD_TYPE = 'application/vnd.microsoft.card.adaptive';
const CHANNEL = 'msteams';
/** Where Teams takes messages to people that the bot has not heard from yet. */
const GLOBAL_SERVICE_URL = 'https://smba.trafficmanager.net/teams/';
const SEND_TIMEOUT_MS = 8_000;
const MEMBER_TIMEOUT_MS = 2_000;

/** An Adaptive Card. */
export type Card = Readonly<Record<string, unknown>>;

/**
 * The channel's way back to a conversation: one try each, within 8 s (the roster 2 s), with the
 * bot's token. Throws only NotifierError.
 */
export interface Connector {
  /** Posts a card and gives its message's id. */
  post(conversation: Conversation, card: Card, signal?: AbortSignal): Promise<string>;
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
  /** Absent without authentication: nothing is signed. */
  readonly login?: Login | undefined;
}

export function createConnector(options: ConnectorOptions): Connector {
  const { login } = options;

  async function call<T>(
    conversation: Conversation,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    work: (client: ConnectorClient, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    requireOwn(options, conversation);
    const timeout = AbortSignal.timeout(timeoutMs);
    const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const token = login ? await tokenOf(login, abortSignal) : undefined;
    try {
      return await work(openClient(conversation.serviceUrl, token), abortSignal);
    } catch (error) {
      throw toNotifierError(error, login);
    }
  }

  return {
    post: (conversation, card, signal) =>
      call(conversation, SEND_TIMEOUT_MS, signal, async ({ conversations }, abortSignal) => {
        const message = toMessage(conversation, card);
        const options = { abortSignal };
        const sent = await conversations.sendToConversation(
          conversation.conversationId,
          message,
          options,
        );
        if (!sent.id) throw new NotifierError('ambiguous', 'the answer holds no message id');
        return sent.id;
      }),
    async open(person, via, signal) {
      const conversation = newConversation(options, person, via);
      const conversationId = await call(
        conversation,
        SEND_TIMEOUT_MS,
        signal,
        async ({ conversations }, abortSignal) => {
          const { botId, tenantId } = conversation;
          const created = await conversations.createConversation(
            {
              isGroup: false,
              bot: { id: botId, name: '' },
              // As `aadObjectId` it would be refused: it has to stand in `id`.
              members: [{ id: person.aadObjectId, name: '' }],
              tenantId,
              channelData: { tenant: { id: tenantId } },
            },
            { abortSignal },
          );
          if (!created.id) throw new NotifierError('ambiguous', 'the answer holds no conversation');
          return created.id;
        },
      );
      return { ...conversation, conversationId };
    },
    say: (conversation, text) =>
      call(conversation, SEND_TIMEOUT_MS, undefined, async ({ conversations }, abortSignal) => {
        const { conversationId: id, botId, channelId } = conversation;
        const account = { id, name: '', isGroup: true, conversationType: '' };
        const from = { id: botId, name: '' };
        await conversations.sendToConversation(
          id,
          { type: 'message', text, textFormat: 'plain', channelId, from, conversation: account },
          { abortSignal },
        );
      }),
    update: (conversation, messageId, card, signal) =>
      call(conversation, SEND_TIMEOUT_MS, signal, async (client, abortSignal) => {
        await client.conversations.updateActivity(
          conversation.conversationId,
          messageId,
          { ...toMessage(conversation, card), id: messageId },
          { abortSignal },
        );
      }),
    member: (conversation) =>
      call(conversation, MEMBER_TIMEOUT_MS, undefined, (client, abortSignal) =>
        client.conversations.getConversationMember(
          conversation.conversationId,
          conversation.userId,
          { abortSignal },
        ),
      ),
  };
}

/** Without an id yet. The channel's id of the person is learned from their first activity. */
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
    userId: aadObjectId,
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

/** Without a token nothing is sent, so every failure here is a definite one. */
async function tokenOf(login: Login, signal: AbortSignal): Promise<string> {
  try {
    signal.throwIfAborted();
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('no token in time'));
      });
    });
    return await Promise.race([login.token(), aborted]);
  } catch (cause) {
    throw new NotifierError('refused', 'login', { cause });
  }
}

/** The SDK's client without its own repetitions (a POST would be doubled) and redirects (a token would leak). */
function openClient(serviceUrl: string, token: string | undefined): ConnectorClient {
  const client = new ConnectorClient(
    {
      signRequest: (request) => {
        if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`);
        return Promise.resolve(request);
      },
    },
    { baseUri: serviceUrl },
  );
  const { pipeline } = client['client'];
  pipeline.removePolicy({ name: 'defaultRetryPolicy' });
  pipeline.removePolicy({ name: 'redirectPolicy' });
  return client;
}

/** Only the card: of card and text in one message Teams makes two, without an id. */
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

type Headers = { get(name: string): string | undefined };
const failureSchema = z.object({
  statusCode: z.number().optional().catch(undefined),
  code: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional()
    .catch(undefined),
  response: z
    .object({ headers: z.custom<Headers>((headers) => typeof headers === 'object') })
    .optional()
    .catch(undefined),
});
/** The connection never came about. */
const UNCONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** The connector's answers as Microsoft's table of bot error codes has them. */
function toNotifierError(error: unknown, login: Login | undefined): NotifierError {
  if (error instanceof NotifierError) return error;
  const { statusCode, code, response } = failureSchema.safeParse(error).data ?? {};
  const detail = [statusCode, code].filter((part) => part !== undefined).join(' ');
  const options = { cause: error };
  if (statusCode === undefined) {
    const isUnsent = code !== undefined && UNCONNECTED.includes(code);
    return new NotifierError(isUnsent ? 'refused' : 'ambiguous', detail || 'no answer', options);
  }
  if (statusCode === 401) login?.forget();
  if (statusCode === 403) return new NotifierError('unreachable', detail, options);
  if (statusCode === 404) return new NotifierError('messageGone', detail, options);
  if (statusCode === 408 || statusCode >= 500)
    return new NotifierError('ambiguous', detail, options);
  const retryAfter = Number(response?.headers.get('retry-after') ?? 'none');
  return new NotifierError('refused', detail, {
    ...options,
    isBusy: statusCode === 412 || statusCode === 429,
    ...(retryAfter >= 0 ? { retryAfterMs: retryAfter * 1_000 } : {}),
  });
}
