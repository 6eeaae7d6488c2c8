import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { personal } from './activities.ts';
import type { Activity, TeamsPerson } from './activities.ts';
import { Chats } from './chats.ts';
import { FaultPlan } from './faults.ts';
import type { Fault, Operation } from './faults.ts';
import { KEYS_PATH, METADATA_PATH, readAsked, SERVICE_PATH } from './microsoftApi.ts';
import type { Registration, Asked } from './microsoftApi.ts';
import { Refusal } from './refusal.ts';
import { createChannelKey, signToken } from './tokens.ts';
import type { ChannelKey } from './tokens.ts';

/** Made once for all servers of a process: making a key is slow. */
const FIRST_KEY = createChannelKey('key-1', ['msteams']);

const POLL_MS = 10;
/** Whatever comes has come by then, on a busy machine too. */
const PATIENCE_MS = 90_000;

/** A message that the bot posted or updated. */
export interface Sent {
  readonly operation: 'post' | 'update';
  readonly conversationId: string;
  readonly id: string;
  readonly activity: Activity;
  /** The Adaptive Card; undefined for text. */
  readonly card: Card | undefined;
  readonly authorization: string | undefined;
  /** When it came, epoch ms. */
  readonly at: number;
}

export type Card = { readonly body: readonly { readonly id?: string }[] } & Record<string, unknown>;

export interface BotAnswer {
  readonly status: number;
  readonly text: string;
  /** The card of an invoke's answer. */
  readonly card: Card | undefined;
}

export interface TokenOptions {
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: ChannelKey;
}

/**
 * Microsoft's side of Teams on one loopback port: signing keys, login, and the Bot Connector with its
 * roster. Takes only requests that Microsoft's services know (microsoftApi.ts) to chats that exist
 * (chats.ts), records everything that the bot sends, and fails where a test asks for it.
 */
export class TeamsServer {
  /** Everything posted and updated, in order of arrival. */
  readonly sent: Sent[] = [];
  /** Conversations that the bot has opened. */
  readonly created: { readonly conversationId: string; readonly body: Activity }[] = [];
  /** Roster requests, as `conversation/user`. */
  readonly memberRequests: string[] = [];
  logins = 0;
  keyFetches = 0;
  /** Called while a test waits. */
  whileWaiting: (() => void) | undefined;
  /**
   * Whether a connection to the bot serves several activities, as Teams' do. Here a busy machine may take one up
   * again just when the bot ends it, and nobody sends the activity once more.
   */
  keepsConnections = false;
  /** How long the bot's own tokens are good for. */
  tokenSeconds = 3_600;
  /** The keys that are published; the first signs. */
  keys: ChannelKey[] = [FIRST_KEY];
  readonly #chats = new Chats();
  readonly #faults = new FaultPlan();
  readonly #server: Server;
  readonly registration: Registration;
  #nextId = 1;
  #port = 0;
  #front: string | undefined;

  constructor(appId: string) {
    this.registration = { appId };
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }
  /** Roster entries by user id; changed at will. */
  get members(): Map<string, Record<string, unknown>> {
    return this.#chats.members;
  }
  /** Conversations whose history was removed. */
  get goneConversations(): Set<string> {
    return this.#chats.gone;
  }
  get openIdMetadataUrl(): string {
    return `${this.url}${METADATA_PATH}`;
  }
  get serviceUrl(): string {
    return `${this.#front ?? this.url}${SERVICE_PATH}`;
  }

  /** The bot reaches the connector there: another port of loopback, or a name in https. */
  standBehind(origin: string): void {
    this.#front = origin;
  }

  /** Makes the next `times` calls of the operation fail; with `card` those that carry that card. */
  fail(operation: Operation, fault: Fault, times = Infinity, card?: string): void {
    this.#faults.plan(operation, fault, times, card);
  }

  /** Whether as many requests have come as were to fail. */
  hasFailed(operation: Operation): boolean {
    return this.#faults.isSpent(operation);
  }
  /** Ends the operation's planned failures; those of all operations where none is named. */
  heal(operation?: Operation): void {
    this.#faults.clear(operation);
  }

  /** Puts the person on the roster of their own chat as an ordinary member. */
  addMember(person: TeamsPerson, overrides: Record<string, unknown> = {}): void {
    this.#chats.know(person.conversationId, person.userId);
    this.members.set(person.userId, {
      id: person.userId,
      name: person.name,
      aadObjectId: person.aadObjectId,
      email: person.mail,
      userPrincipalName: person.upn,
      tenantId: person.tenantId,
      userRole: 'user',
      ...overrides,
    });
  }

  /** A token as the channel signs it for this serviceUrl. */
  token({ claims = {}, header = {}, key = this.keys[0]! }: TokenOptions = {}): string {
    const now = Math.floor(Date.now() / 1_000);
    return signToken(
      { alg: 'RS256', typ: 'JWT', kid: key.kid, ...header },
      {
        iss: 'https://api.botframework.com',
        aud: this.registration.appId,
        serviceurl: this.serviceUrl,
        nbf: now - 60,
        exp: now + 3_600,
        ...claims,
      },
      key,
    );
  }

  /** The activity as it comes from the person's own chat, or from the one it names, which exists from now on. */
  from(person: TeamsPerson, activity: Activity): Activity {
    const whole = { ...personal(person, this.serviceUrl, this.registration.appId), ...activity };
    const { id } = (whole['conversation'] ?? {}) as { readonly id?: unknown };
    if (typeof id === 'string') this.#chats.know(id, person.userId);
    return whole;
  }

  /** Posts an activity to the bot; `token: null` sends none. */
  async send(
    botUrl: string,
    activity: unknown,
    {
      token = this.token(),
      headers = {},
    }: { token?: string | null; headers?: Record<string, string> } = {},
  ): Promise<BotAnswer> {
    const response = await fetch(`${botUrl}/api/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.keepsConnections ? {} : { connection: 'close' }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: typeof activity === 'string' ? activity : JSON.stringify(activity),
    });
    const text = await response.text();
    return { status: response.status, text, card: cardOfAnswer(text) };
  }

  /** Waits until the condition holds, and calls `whileWaiting` again and again. */
  async until(condition: () => boolean, ms = PATIENCE_MS): Promise<void> {
    const end = Date.now() + ms;
    while (!condition()) {
      if (Date.now() > end) throw new Error(`still not so after ${String(ms)} ms`);
      this.whileWaiting?.();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    const body = await readAll(request).catch(() => '');
    const asked = readAsked({ method, url, headers, body }, this.registration);
    switch (asked.operation) {
      case 'none':
        return new Refusal(asked.status, 'BadRequest', asked.fault).answer(response);
      case 'metadata':
        return this.#faults.answer('metadata', response, () => ({
          issuer: 'https://api.botframework.com',
          jwks_uri: `${originOf(headers, this.url)}${KEYS_PATH}`,
        }));
      case 'keys':
        return this.#faults.answer('keys', response, () => {
          this.keyFetches += 1;
          return { keys: this.keys.map(({ jwk }) => jwk) };
        });
      case 'login':
        return this.#faults.answer('login', response, () => {
          this.logins += 1;
          const token = `bot-token-${String(this.logins)}`;
          return { token_type: 'Bearer', expires_in: this.tokenSeconds, access_token: token };
        });
      case 'create':
      case 'post':
      case 'update':
      case 'member':
        if (this.#isSigned(headers)) return this.#serveConnector(asked, headers, body, response);
        return new Refusal(401, 'BadRequest', 'no token of the login').answer(response);
    }
  }

  /** Without authentication, when there are no logins, no request is signed. */
  #isSigned({ authorization }: IncomingHttpHeaders): boolean {
    if (authorization === undefined) return this.logins === 0;
    const [, number = ''] = /^Bearer bot-token-(\d+)$/.exec(authorization) ?? [];
    return Number(number) >= 1 && Number(number) <= this.logins;
  }

  #serveConnector(
    asked: Extract<Asked, { operation: 'create' | 'post' | 'update' | 'member' }>,
    { authorization }: IncomingHttpHeaders,
    body: string,
    response: ServerResponse,
  ): Promise<void> {
    if (asked.operation === 'member') {
      this.memberRequests.push(`${asked.conversationId}/${asked.id}`);
      return this.#faults.answer('member', response, () =>
        this.#chats.memberOf(asked.conversationId, asked.id),
      );
    }
    const activity = JSON.parse(body) as Activity;
    if (asked.operation === 'create') {
      return this.#faults.answer('create', response, () => {
        const conversationId = `a:created-${String(this.#nextId++)}`;
        const fault = this.#chats.open(activity, conversationId);
        if (fault !== undefined) return fault;
        this.created.push({ conversationId, body: activity });
        return { id: conversationId };
      });
    }
    const { operation, conversationId } = asked;
    const effect = (): object => {
      const messageId = operation === 'update' ? asked.id : undefined;
      const fault = this.#chats.refusalOf(conversationId, messageId);
      if (fault !== undefined) return fault;
      return { id: this.#note(conversationId, activity, messageId, authorization) };
    };
    return this.#faults.answer(operation, response, effect, nameOf(cardIn(activity)));
  }

  /** A card as if the bot had posted it, or updated that message with it; gives the message's id. */
  show(conversationId: string, card: Card, messageId?: string): string {
    return this.#note(conversationId, { attachments: [{ content: card }] }, messageId, undefined);
  }

  #note(
    conversationId: string,
    activity: Activity,
    messageId: string | undefined,
    authorization: string | undefined,
  ): string {
    const id = messageId ?? String(1_700_000_000_000 + this.#nextId++);
    this.know(conversationId, id);
    this.sent.push({
      operation: messageId === undefined ? 'post' : 'update',
      conversationId,
      id,
      activity,
      card: cardIn(activity),
      authorization,
      at: Date.now(),
    });
    return id;
  }

  /** Makes an id that of a message which exists in the conversation. */
  know(conversationId: string, id: string): void {
    this.#chats.knowMessage(conversationId, id);
  }
}

/** This server's address as the caller names it: a name is reached by https only. */
function originOf({ host = '' }: IncomingHttpHeaders, own: string): string {
  return host.startsWith('127.') ? own : `https://${host}`;
}

/** The card's name: the id of its first element (contract, "Cards"). */
export function nameOf(card: Card | undefined): string | undefined {
  return card?.body[0]?.id;
}

function cardIn(activity: Activity): Card | undefined {
  return (activity['attachments'] as { content: Card }[] | undefined)?.[0]?.content;
}

function cardOfAnswer(text: string): Card | undefined {
  try {
    const answer = JSON.parse(text) as { value?: Card };
    return typeof answer.value === 'object' ? answer.value : undefined;
  } catch {
    return undefined;
  }
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
