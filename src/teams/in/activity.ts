import { z } from 'zod';
import type { ManagerKey } from '../../domain/parties.ts';
import type { Conversation } from '../conversation.ts';

/** Teams' name among the channels of the Bot Framework. */
export const CHANNEL = 'msteams';

const text = z.string().optional().catch(undefined);
const id = z.string().min(1).max(1_024).optional().catch(undefined);

/** Activities for the bot never hold more members than this. */
const MAX_MEMBERS = 100;

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list.slice(0, MAX_MEMBERS) : list;
}

/** The part of an activity that the bot looks at. A field of the wrong type counts as absent. */
const activitySchema = z.object({
  type: z.string().min(1),
  id,
  /** Only on an invoke. */
  name: text,
  channelId: text,
  serviceUrl: text,
  /** The message on whose card was tapped. */
  replyToId: id,
  /** `add`, `remove` and the like, of an installation update. */
  action: text,
  text,
  value: z.unknown().optional(),
  from: z.object({ id, aadObjectId: id, role: text }).catch({}),
  recipient: z.object({ id }).catch({}),
  conversation: z.object({ id, tenantId: id, conversationType: text }).catch({}),
  channelData: z.object({ tenant: z.object({ id }).catch({}) }).catch({ tenant: {} }),
  membersAdded: z.preprocess(firstOf, z.array(z.object({ id }).catch({})).catch([])),
});

/** An activity as it came; its claims are not proven yet. */
export type RawActivity = z.infer<typeof activitySchema>;

/** Undefined where the body is no JSON object with a type. */
export function readActivity(body: unknown): RawActivity | undefined {
  return activitySchema.safeParse(body).data;
}

/** An activity of a known person of our tenant, sent by the channel. */
export interface Inbound extends Readonly<
  Pick<RawActivity, 'type' | 'id' | 'name' | 'action' | 'text' | 'value' | 'replyToId'>
> {
  readonly isPersonal: boolean;
  /** The bot is among the members that were added. */
  readonly addsBot: boolean;
  readonly key: ManagerKey;
  readonly conversation: Conversation;
}

/** The activity with its person; undefined where an id that the bot answers to is missing. */
export function toInbound(raw: RawActivity, botId: string): Inbound | undefined {
  const { from, conversation, serviceUrl, channelId } = raw;
  const tenantId = (raw.channelData.tenant.id ?? conversation.tenantId)?.toLowerCase();
  const aadObjectId = from.aadObjectId?.toLowerCase();
  if (!from.id || !aadObjectId || !tenantId || !conversation.id || !serviceUrl || !channelId) {
    return undefined;
  }
  const botChannelId = raw.recipient.id ?? botId;
  const { type, id, name, action, text, value, replyToId } = raw;
  return {
    ...{ type, id, name, action, text, value, replyToId },
    isPersonal: conversation.conversationType === 'personal',
    addsBot: raw.membersAdded.some((member) => member.id === botChannelId),
    key: { tenantId, aadObjectId },
    conversation: {
      serviceUrl,
      conversationId: conversation.id,
      tenantId,
      aadObjectId,
      userId: from.id,
      botId: botChannelId,
      channelId,
    },
  };
}
