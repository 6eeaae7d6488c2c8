import type { RunningBot } from '../../src/compose.ts';
import type { Input, Roster } from '../../src/service/input.ts';
import { readExecute, readSubmit } from '../../src/teams/in/actions.ts';
import { readActivity, toInbound, type Inbound } from '../../src/teams/in/activity.ts';
import { addressOf } from '../../src/teams/conversation.ts';
import { readMessage } from '../../src/teams/in/commands.ts';
import type { Activity } from './activities.ts';
import type { BotAnswer, Card, TeamsServer } from './connector.ts';

const PATIENCE_MS = 13_000;

/** Hands an activity to the service as the channel would, without token, port and connector, and shows the card that answers it. */
export async function throughTheDoor(
  { turns, cards }: Pick<RunningBot, 'turns' | 'cards'>,
  teams: TeamsServer,
  activity: Activity,
): Promise<BotAnswer> {
  const raw = readActivity(activity);
  const inbound = raw && toInbound(raw, '');
  if (inbound === undefined) throw new Error('nobody’s activity');
  const { key, conversation } = inbound;
  if (inbound.type === 'installationUpdate')
    await turns.met({ key, address: addressOf(conversation) }, true);
  const input = inputOf(inbound);
  if (input === undefined) return { status: 200, text: '', card: undefined };

  const person = {
    key,
    address: addressOf(conversation),
    roster: rosterOf(teams.members.get(conversation.userId)),
  };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { view, locale, flow } = await turns.take(person, input, signal);
  const card = JSON.parse(JSON.stringify(cards.draw(view, locale, Date.now()).card)) as Card;
  const id = teams.show(conversation.conversationId, card, inbound.replyToId);
  if (flow !== undefined && flow.messageId !== id) await turns.cardShown(flow.id, id);
  // The test goes on when no transaction of the bot is open: both share this process.
  await new Promise((resolve) => setImmediate(resolve));
  return { status: 200, text: '', card };
}

function inputOf({ type, value, text }: Inbound): Input | undefined {
  if (type === 'installationUpdate') return { type: 'home', isWelcome: true };
  if (type === 'invoke') return readExecute(value);
  return typeof value === 'object' && value !== null ? readSubmit(value) : readMessage(text ?? '');
}

function rosterOf(member: Record<string, unknown> | undefined): Roster {
  if (member === undefined) return { status: 'unavailable' };
  if (member['userRole'] !== 'user') return { status: 'notAllowed' };
  const [upn, mail, name] = ['userPrincipalName', 'email', 'name'].map((field) =>
    String(member[field]),
  );
  return { status: 'member', upn, mail, name };
}
