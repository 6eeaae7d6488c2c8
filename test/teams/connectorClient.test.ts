import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorClient } from 'botframework-connector';
import type { Activity, ConversationParameters } from 'botbuilder';
import type { Conversation } from '../../src/ports/notifier.ts';
import { createConnector } from '../../src/teams/connector.ts';
import type { Connector } from '../../src/teams/connector.ts';
import { createServiceHosts } from '../../src/teams/hosts.ts';

/** A request as it stands on the wire. */
interface Wire {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

let wire: Wire[];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    wire.push({
      method: request.method,
      path: request.url,
      contentType: request.headers['content-type'],
      body: body === '' ? undefined : JSON.parse(body),
    });
    response
      .writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' })
      .end('{"id":"1"}');
  });
});

beforeEach(async () => {
  wire = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const TENANT_ID = '6c1a1a0c-58a7-4a3c-9c8f-0d7c6b3f1e10';
const PERSON = { tenantId: TENANT_ID, aadObjectId: '0b9f2d6e-21f4-4a6b-8f5e-7b1f2f1f0a11' };
const CARD = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'Hej å' }] };

/** Ids as Teams makes them, and some with signs that a path must not hold as they are. */
const IDS = [
  'a:1hVx_0-Zq',
  '19:abc@thread.tacv2;messageid=1700000000000',
  '29:1a+b/c==',
  "50 % (å)?#!'*~&$,",
];
const BASES = ['/emea/', '/emea', '/teams/', '/'];

function conversation(id: string, base: string): Conversation {
  const { port } = server.address() as AddressInfo;
  return {
    ...PERSON,
    serviceUrl: `http://127.0.0.1:${String(port)}${base}`,
    conversationId: id,
    userId: `29:1-${id}`,
    botId: '28:5f0c5b1e-6f4d-4c67-9d0b-2f1f5a3c9a20',
    channelId: 'msteams',
  };
}

/** Each call of the bot, and the call of Microsoft's client that stands for it. */
type Client = ConnectorClient['conversations'];
type Body = Partial<Activity & ConversationParameters>;
const CALLS: Record<
  keyof Connector,
  {
    ours(connector: Connector, to: Conversation): Promise<unknown>;
    theirs(client: Client, to: Conversation, body: Body): Promise<unknown>;
  }
> = {
  post: {
    ours: (connector, to) => connector.post(to, CARD),
    theirs: (client, to, body) => client.sendToConversation(to.conversationId, body),
  },
  say: {
    ours: (connector, to) => connector.say(to, 'Bara i en egen chatt.'),
    theirs: (client, to, body) => client.sendToConversation(to.conversationId, body),
  },
  update: {
    ours: (connector, to) => connector.update(to, `m-${to.conversationId}`, CARD),
    theirs: (client, to, body) =>
      client.updateActivity(to.conversationId, `m-${to.conversationId}`, body),
  },
  open: {
    ours: (connector, to) => connector.open(PERSON, to),
    theirs: (client, _to, body) => client.createConversation(body as ConversationParameters),
  },
  member: {
    ours: (connector, to) => connector.member(to),
    theirs: (client, to) => client.getConversationMember(to.conversationId, to.userId),
  },
};

describe("the bot's calls beside those of Microsoft's own client", () => {
  const connector = createConnector({
    isServiceHost: createServiceHosts(['127.0.0.1']),
    appId: '5f0c5b1e-6f4d-4c67-9d0b-2f1f5a3c9a20',
    tenantId: TENANT_ID,
  });

  it.each(Object.keys(CALLS) as (keyof Connector)[])(
    '%s is the same, letter by letter',
    async (call) => {
      for (const to of IDS.flatMap((id) => BASES.map((base) => conversation(id, base)))) {
        wire = [];
        await CALLS[call].ours(connector, to);
        const client = new ConnectorClient(
          { signRequest: (request) => Promise.resolve(request) },
          { baseUri: to.serviceUrl },
        );
        // Its mappers throw for a value of another type, and leave out what they do not know.
        await CALLS[call].theirs(client.conversations, to, (wire[0]!.body ?? {}) as Body);
        expect(wire).toHaveLength(2);
        expect(wire[0]).toEqual(wire[1]);
      }
    },
  );
});
