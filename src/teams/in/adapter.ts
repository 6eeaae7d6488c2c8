import { CloudAdapter, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import type { Activity, InvokeResponse, TurnContext } from 'botbuilder';
import { ClaimsIdentity, ConnectorClient, ConnectorFactory } from 'botframework-connector';
import type { AuthenticateRequestResult, UserTokenClient } from 'botframework-connector';
import type { Inbound } from './activity.ts';

const AUDIENCE = 'https://api.botframework.com';

/** The SDK's own token path accepts more issuers than the channel's; no request may come that way. */
class ClosedAuthentication extends ConfigurationBotFrameworkAuthentication {
  #userTokenClient: Promise<UserTokenClient> | undefined;

  override authenticateRequest(): Promise<AuthenticateRequestResult> {
    return Promise.reject(new Error('requests are authenticated by the guard'));
  }

  /** The bot asks for no tokens of its users; the SDK would make a client for that at every turn. */
  override createUserTokenClient(identity: ClaimsIdentity): Promise<UserTokenClient> {
    return (this.#userTokenClient ??= super.createUserTokenClient(identity));
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
export class GuardedAdapter extends CloudAdapter {
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
