import { z } from 'zod';
import type { Log } from '../../ports/log.ts';
import { NotifierError } from '../../ports/errors.ts';
import type { Roster } from '../../service/input.ts';
import type { Inbound } from '../in/activity.ts';
import type { Connector } from './connector.ts';

const text = z.string().min(1).optional().catch(undefined);

/** Teams names the object id `objectId` in lists and `aadObjectId` for one person. */
const memberSchema = z.object({
  name: text,
  email: text,
  userPrincipalName: text,
  tenantId: text,
  aadObjectId: text,
  objectId: text,
  userRole: text,
});

/**
 * The sender as the channel's roster shows them, asked anew each time (requirement A5). A refusal of the channel
 * is an answer: the person is no member of the chat, or there is no such chat.
 */
export async function readRoster(
  connector: Connector,
  { conversation, key }: Inbound,
  log: Log,
): Promise<Roster> {
  let answer: unknown;
  try {
    answer = await connector.member(conversation);
  } catch (error) {
    if (error instanceof NotifierError && error.isFinal) return { status: 'notAllowed' };
    log.warn({ fault: error }, 'the roster cannot be read');
    return { status: 'unavailable' };
  }
  const member = memberSchema.safeParse(answer).data;
  if (!member) return { status: 'notAllowed' };
  const isOther =
    differs(member.tenantId, key.tenantId) ||
    differs(member.aadObjectId, key.aadObjectId) ||
    differs(member.objectId, key.aadObjectId);
  // A guest's name in this tenant is `name_home.example#EXT#@tenant.example`.
  const isGuest = member.userRole !== 'user' || /#ext#/i.test(member.userPrincipalName ?? '');
  if (isOther || isGuest) return { status: 'notAllowed' };
  return {
    status: 'member',
    upn: member.userPrincipalName,
    mail: member.email,
    name: member.name,
  };
}

function differs(named: string | undefined, expected: string): boolean {
  return named !== undefined && named.toLowerCase() !== expected.toLowerCase();
}
