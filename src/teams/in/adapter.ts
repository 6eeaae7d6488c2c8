import { CloudAdapterBase } from 'botbuilder-core';
import type { Activity, InvokeResponse, TurnContext } from 'botbuilder-core';
import {
  BotFrameworkAuthentication,
  ClaimsIdentity,
  ConnectorClient,
  ConnectorFactory,
  UserTokenClient,
} from 'botframework-connector';
import type { AuthenticateRequestResult } from 'botframework-connector';
import type { Inbound } from './activity.ts';

const AUDIENCE = 'https://api.botframework.com';

const noUserTokens = (): Promise<never> =>
  Promise.reject(new Error('the bot asks for no tokens of its users'));

class NoUserTokens extends UserTokenClient {
  override getUserToken = noUserTokens;
  override getSignInResource = noUserTokens;
  override signOutUser = noUserTokens;
  override getTokenStatus = noUserTokens;
  override getAadTokens = noUserTokens;
  override exchangeToken = noUserTokens;
}

/** The SDK's own token path accepts more issuers than the channel's; no request may come that way. */
class ClosedAuthentication extends BotFrameworkAuthentication {
  readonly #userTokens = new NoUserTokens();

  override authenticateRequest(): Promise<AuthenticateRequestResult> {
    return Promise.reject(new Error('requests are authenticated by the guard'));
  }

  override authenticateStreamingRequest(): Promise<AuthenticateRequestResult> {
    return this.authenticateRequest();
  }

  override createConnectorFactory(): ConnectorFactory {
    return new ClosedConnectorFactory();
  }

  override createUserTokenClient(): Promise<UserTokenClient> {
    return Promise.resolve(this.#userTokens);
  }
}

/** The bot writes through connector.ts; messages that the SDK would send by itself are stopped here. */
class ClosedConnectorFactory extends ConnectorFactory {
  readonly #client = new ConnectorClient({
    signRequest: () => Promise.reject(new Error('the bot writes through its own connector')),
  });

  override create(): Promise<ConnectorClient> {
    return Promise.resolve(this.#client);
  }
}

/** Runs turns of the Bot Framework SDK for activities that the guard has admitted, and for no others. */
export class GuardedAdapter extends CloudAdapterBase {
  readonly #result: AuthenticateRequestResult = {
    audience: AUDIENCE,
    claimsIdentity: new ClaimsIdentity([], true),
    connectorFactory: new ClosedConnectorFactory(),
  };

  constructor() {
    super(new ClosedAuthentication());
  }

  /**
   * The turn's invoke response; undefined for an activity that is no invoke. Rejects with what `logic`
   * throws.
   */
  run(
    activity: Inbound,
    logic: (context: TurnContext) => Promise<void>,
  ): Promise<InvokeResponse | undefined> {
    return this.processActivity(this.#result, toActivity(activity), logic);
  }
}

/**
 * Only the fields by which the SDK chooses a handler: no delivery mode, no caller of the sender's choice.
 */
function toActivity(inbound: Inbound): Activity {
  const { conversation } = inbound;
  const activity: Partial<Activity> = {
    type: inbound.type,
    channelId: conversation.channelId,
    serviceUrl: conversation.serviceUrl,
    from: { id: conversation.userId, name: '', aadObjectId: conversation.aadObjectId },
    recipient: { id: conversation.botId, name: '' },
    conversation: {
      id: conversation.conversationId,
      name: '',
      isGroup: !inbound.isPersonal,
      conversationType: inbound.isPersonal ? 'personal' : '',
      tenantId: conversation.tenantId,
    },
    ...(inbound.id === undefined ? {} : { id: inbound.id }),
    ...(inbound.name === undefined ? {} : { name: inbound.name }),
    ...(inbound.action === undefined ? {} : { action: inbound.action }),
    ...(inbound.addsBot ? { membersAdded: [{ id: conversation.botId, name: '' }] } : {}),
  };
  return activity as Activity;
}
