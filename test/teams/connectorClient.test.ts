import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorClient } from 'botframework-connector';
import type { Activity, ConversationParameters } from 'botbuilder';
import type { Conversation } from '../../src/teams/conversation.ts';
import { createConnector } from '../../src/teams/out/connector.ts';
import type { Connector } from '../../src/teams/out/connector.ts';
import { createServiceHosts } from '../../src/teams/out/serviceHosts.ts';
import { createPerson } from '../support/activities.ts';
import { TeamsServer } from '../support/connector.ts';
import { startRequestRecorder, type RecordedRequest } from '../support/recordingServer.ts';
import { atSuiteEnd } from '../support/suiteEnd.ts';

const recorder = await startRequestRecorder('{"id":"1"}');
atSuiteEnd(() => recorder.close());

/** The parts of a request that the service reads. */
function partsOf({ method, path, headers, body }: RecordedRequest) {
  return {
    method,
    path,
    contentType: headers['content-type'],
    body: body === '' ? undefined : (JSON.parse(body) as Body),
  };
}

const JSON_TYPE = 'application/json; charset=utf-8';
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
  return {
    ...PERSON,
    serviceUrl: `${recorder.url}${base}`,
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
    ours: (connector, to) => connector.post(to, { card: CARD, summary: 'Dags att byta lösenord?' }),
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
        await CALLS[call].ours(connector, to);
        const ours = recorder.take().map(partsOf);
        const client = new ConnectorClient(
          { signRequest: (request) => Promise.resolve(request) },
          { baseUri: to.serviceUrl },
        );
        // Its mappers throw for a value of another type, and leave out what they do not know.
        await CALLS[call].theirs(client.conversations, to, ours[0]?.body ?? {});
        expect(ours).toHaveLength(1);
        expect(ours).toEqual(recorder.take().map(partsOf));
      }
    },
  );
});

describe("Microsoft's side in tests", () => {
  let teams: TeamsServer;
  let anna: Conversation;
  const appId = randomUUID();

  beforeEach(async () => {
    teams = await new TeamsServer(appId).start();
    const person = createPerson('Anna', TENANT_ID);
    teams.addMember(person);
    const { serviceUrl } = teams;
    anna = { ...person, serviceUrl, botId: `28:${appId}`, channelId: 'msteams' };
    teams.know(anna.conversationId, `m-${anna.conversationId}`);
  });
  afterEach(() => teams.stop());

  function ask(method: string, path: string, body?: unknown, contentType = JSON_TYPE) {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(new URL(path, teams.url), {
      method,
      ...sent,
      headers: body === undefined ? {} : { 'content-type': contentType },
    });
  }

  it("takes every call of Microsoft's client", async () => {
    const client = new ConnectorClient(
      { signRequest: (request) => Promise.resolve(request) },
      { baseUri: teams.serviceUrl },
    );
    const bodies = {
      open: { isGroup: false, members: [{ id: anna.aadObjectId }], tenantId: TENANT_ID },
      member: {},
      ...Object.fromEntries(
        ['post', 'say', 'update'].map((call) => [call, { type: 'message', text: call }]),
      ),
    } as Record<keyof Connector, Body>;
    for (const [call, { theirs }] of Object.entries(CALLS)) {
      await theirs(client.conversations, anna, bodies[call as keyof Connector]);
    }
    expect([teams.created, teams.sent, teams.memberRequests].map(({ length }) => length)).toEqual([
      1, 3, 1,
    ]);
  });

  const MESSAGE = { type: 'message', text: 'Hej' };
  const CREATE = { isGroup: false, members: [{ id: '29:1' }], tenantId: TENANT_ID };
  it.each<[string, number, ...Parameters<typeof ask>]>([
    ['a slash at the end', 404, 'POST', '/emea/v3/conversations/', CREATE],
    ['two slashes', 404, 'POST', '/emea//v3/conversations', CREATE],
    ['no region', 404, 'POST', '/v3/conversations', CREATE],
    ['a query', 404, 'POST', '/emea/v3/conversations?x=1', CREATE],
    ['another method', 405, 'PUT', '/emea/v3/conversations', CREATE],
    ['an id that is not encoded', 404, 'POST', '/emea/v3/conversations/a:1/activities', MESSAGE],
    [
      'an id encoded in another case',
      404,
      'POST',
      '/emea/v3/conversations/a%3a1/activities',
      MESSAGE,
    ],
    ['an id that ends too soon', 404, 'POST', '/emea/v3/conversations/a%3/activities', MESSAGE],
    ['a reply', 405, 'POST', '/emea/v3/conversations/a%3A1/activities/1', MESSAGE],
    ['a list of members', 404, 'GET', '/emea/v3/conversations/a%3A1/members', undefined],
    ['no content type', 415, 'POST', '/emea/v3/conversations', CREATE, 'text/plain'],
    ['no charset', 415, 'POST', '/emea/v3/conversations', CREATE, 'application/json'],
    ['an unknown property', 400, 'POST', '/emea/v3/conversations', { ...CREATE, member: 1 }],
    [
      'an unknown property within',
      400,
      'POST',
      '/emea/v3/conversations',
      { members: [{ Id: '1' }] },
    ],
    ['a value of another type', 400, 'POST', '/emea/v3/conversations', { ...CREATE, tenantId: 1 }],
    ['a list that is none', 400, 'POST', '/emea/v3/conversations', { ...CREATE, members: {} }],
    ['a body that is none', 400, 'POST', '/emea/v3/conversations', 'text'],
    ['a login over GET', 405, 'GET', `/${TENANT_ID}/oauth2/v2.0/token`, undefined],
    ['a login as JSON', 415, 'POST', `/${TENANT_ID}/oauth2/v2.0/token`, {}],
    ['a login without a tenant', 404, 'POST', '/oauth2/v2.0/token', {}],
    ['metadata at another path', 404, 'GET', '/.well-known/openidconfiguration', undefined],
    ['keys by POST', 405, 'POST', '/v1/.well-known/keys', {}],
  ])('refuses %s', async (_name, status, ...request) => {
    expect((await ask(...request)).status).toBe(status);
    expect([teams.created, teams.sent]).toEqual([[], []]);
  });

  const chat = (id: string, rest: string) =>
    `/emea/v3/conversations/${encodeURIComponent(id)}/${rest}`;
  it.each<[string, number, string, (own: Conversation) => Parameters<typeof ask>]>([
    [
      'a post to a chat that nobody has',
      404,
      'ConversationNotFound',
      () => ['POST', chat('a:1', 'activities'), MESSAGE],
    ],
    [
      'an update in a chat that nobody has',
      404,
      'ConversationNotFound',
      () => ['PUT', chat('a:1', 'activities/1'), MESSAGE],
    ],
    [
      'an update of a message that the chat does not hold',
      404,
      'ActivityNotFoundInConversation',
      (own) => ['PUT', chat(own.conversationId, 'activities/1'), MESSAGE],
    ],
    [
      'a roster of a chat that nobody has',
      404,
      'ConversationNotFound',
      (own) => ['GET', chat('a:1', `members/${encodeURIComponent(own.userId)}`)],
    ],
    [
      'a member who is not in the chat',
      404,
      'MemberNotFoundInConversation',
      (own) => ['GET', chat(own.conversationId, 'members/29%3A1')],
    ],
    [
      'a chat with a person whom the tenant does not know',
      400,
      'MemberNotFoundInConversation',
      () => ['POST', '/emea/v3/conversations', CREATE],
    ],
  ])('answers %s with Teams’ own error', async (_name, status, code, request) => {
    const answer = await ask(...request(anna));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ error: { code } });
    expect([teams.created, teams.sent]).toEqual([[], []]);
  });

  it('refuses a call without its token, once there was a login', async () => {
    const form = new URLSearchParams({
      client_id: appId,
      client_secret: 'secret',
      grant_type: 'client_credentials',
      scope: 'https://api.botframework.com/.default',
    });
    const login = (body: URLSearchParams) =>
      fetch(`${teams.url}/${TENANT_ID}/oauth2/v2.0/token`, {
        method: 'POST',
        body: body.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      });
    for (const name of form.keys()) {
      const other = new URLSearchParams(form);
      other.set(name, 'other');
      if (name !== 'client_secret') expect((await login(other)).status).toBe(400);
    }
    expect((await login(form)).status).toBe(200);
    expect((await ask('POST', '/emea/v3/conversations', CREATE)).status).toBe(401);
  });
});
