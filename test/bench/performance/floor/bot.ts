/**
 * The floor of a tap: a bare bot by botbuilder and restify. It admits the same activities as the product's
 * guard, reads the roster, answers with one card and writes it into the message, and keeps nothing.
 */
import {
  ActivityHandler,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  type Activity,
  type InvokeResponse,
  type TurnContext,
} from 'botbuilder';
import { ClaimsIdentity, ConnectorClient, ConnectorFactory } from 'botframework-connector';
import { createServer, plugins } from 'restify';
import { z } from 'zod';
import { readActivity } from '../../../../src/teams/in/activity.ts';
import { createGuard } from '../../../../src/teams/http/tokenGuard.ts';
import { createServiceHosts } from '../../../../src/teams/out/serviceHosts.ts';
import { createSigningKeys } from '../../../../src/teams/http/signingKeys.ts';
import { createCard } from './card.ts';
import { announce, log, settings } from './program.ts';

const { appId, tenantId, keysUrl, serviceDesk, calls } = settings(
  z.object({
    appId: z.string(),
    tenantId: z.string(),
    keysUrl: z.string(),
    serviceDesk: z.string(),
    /** `all`: roster and message too; `answer`: the invoke's answer alone. */
    calls: z.enum(['all', 'answer']),
  }),
);
const valueSchema = z.object({
  action: z.object({ data: z.object({ handle: z.string(), accountName: z.string() }) }),
});

const guard = createGuard({
  auth: 'on',
  appId,
  tenantId,
  isServiceHost: createServiceHosts(['127.0.0.1']),
  keys: createSigningKeys(keysUrl, Date.now, log),
  clock: Date.now,
});
const cardOf = createCard(serviceDesk);

/** One client for each turn, as the SDK's own factory makes them; the token is that of the product's first login. */
class Factory extends ConnectorFactory {
  override create(baseUri: string): Promise<ConnectorClient> {
    const credentials = {
      signRequest: <R extends { headers: { set(name: string, value: string): void } }>(
        request: R,
      ) => {
        request.headers.set('authorization', 'Bearer bot-token-1');
        return Promise.resolve(request);
      },
    };
    return Promise.resolve(new ConnectorClient(credentials as never, { baseUri }));
  }
}

class Bot extends ActivityHandler {
  protected override async onInvokeActivity(context: TurnContext): Promise<InvokeResponse> {
    const { activity, turnState } = context;
    const { handle, accountName } = valueSchema.parse(activity.value).action.data;
    const { conversations } = turnState.get<ConnectorClient>(adapter.ConnectorClientKey);
    if (calls === 'all') {
      await conversations.getConversationMember(activity.conversation.id, activity.from.id);
    }
    const card = cardOf(handle, accountName);
    const contentType = 'application/vnd.microsoft.card.adaptive';
    if (calls === 'all') {
      const attachments = [{ contentType, content: card }];
      await context.updateActivity({ type: 'message', id: activity.replyToId!, attachments });
    }
    return { status: 200, body: { statusCode: 200, type: contentType, value: card } };
  }
}

/** For requests that the guard has admitted. */
class Adapter extends CloudAdapter {
  answer(activity: Activity): Promise<InvokeResponse | undefined> {
    return this.processActivity(admitted, activity, (context) => bot.run(context));
  }
}

const adapter = new Adapter(new ConfigurationBotFrameworkAuthentication());
const bot = new Bot();
const admitted = {
  audience: 'https://api.botframework.com',
  claimsIdentity: new ClaimsIdentity([], true),
  connectorFactory: new Factory(),
};

const server = createServer();
server.use(plugins.bodyParser());
server.post('/api/messages', async (request, response) => {
  const bearer = await guard.authenticate(request.headers.authorization);
  const activity = readActivity(request.body);
  const verdict = bearer.outcome === 'bearer' && activity && guard.admit(bearer, activity);
  if (!verdict || verdict.outcome !== 'admitted') {
    response.send(401);
    return;
  }
  const answer = await adapter.answer(request.body as Activity);
  response.send(answer?.status ?? 200, answer?.body);
});
server.listen(0, '127.0.0.1', () => announce(server.address().port));
