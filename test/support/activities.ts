import { randomUUID } from 'node:crypto';

/** Activities as Teams sends them; a test changes what it is about. */
export type Activity = Record<string, unknown>;

/** A person in Teams, with a personal chat with the bot. */
export interface TeamsPerson {
  readonly name: string;
  readonly upn: string;
  readonly mail: string;
  readonly aadObjectId: string;
  readonly tenantId: string;
  /** `29:…` */
  readonly userId: string;
  readonly conversationId: string;
}

export function createPerson(name: string, tenantId: string, domain = 'vard.example'): TeamsPerson {
  const aadObjectId = randomUUID();
  return {
    name,
    upn: `${name.toLowerCase()}@${domain}`,
    mail: `${name.toLowerCase()}@${domain}`,
    aadObjectId,
    tenantId,
    userId: `29:1${aadObjectId.replaceAll('-', '')}`,
    conversationId: `a:1${randomUUID().replaceAll('-', '')}`,
  };
}

/** The fields that all activities of a person's own chat share. */
export function personal(person: TeamsPerson, serviceUrl: string, appId: string): Activity {
  return {
    id: randomUUID(),
    timestamp: new Date().toISOString(),
    channelId: 'msteams',
    serviceUrl,
    from: { id: person.userId, name: person.name, aadObjectId: person.aadObjectId },
    recipient: { id: `28:${appId}`, name: 'Bot' },
    conversation: {
      conversationType: 'personal',
      tenantId: person.tenantId,
      id: person.conversationId,
    },
    channelData: { tenant: { id: person.tenantId } },
    locale: 'en-US',
  };
}

export function message(text: string): Activity {
  return { type: 'message', text, textFormat: 'plain' };
}

/** A tap on a button of a card. */
export function execute(verb: string, data: unknown, replyToId?: string): Activity {
  return {
    type: 'invoke',
    name: 'adaptiveCard/action',
    value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
    ...(replyToId === undefined ? {} : { replyToId }),
  };
}

/** The same tap in a client that knows only Action.Submit. */
export function submit(verb: string, data: Activity, replyToId?: string): Activity {
  return {
    type: 'message',
    value: { ...data, verb },
    ...(replyToId === undefined ? {} : { replyToId }),
  };
}

export function installation(
  action: 'add' | 'remove' | 'add-upgrade' | 'remove-upgrade',
): Activity {
  return { type: 'installationUpdate', action };
}

/** The activity that arrives together with an installation. */
export function membersAdded(...ids: readonly string[]): Activity {
  return { type: 'conversationUpdate', membersAdded: ids.map((id) => ({ id })) };
}
