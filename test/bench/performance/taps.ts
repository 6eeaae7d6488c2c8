import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { execute, type Activity, type TeamsPerson } from '../../support/activities.ts';
import { buttonsOf, describeCard } from '../../support/chatDriver.ts';
import type { Card, TeamsServer } from '../../support/connector.ts';

/** The bot closes connections that are idle for longer; a tap on such a connection would be lost, ms. */
const KEPT_IDLE_MS = 3_000;
/** Like the channel: connections are kept, and one token serves for many activities. */
const agent = new Agent({ keepAlive: true, maxSockets: 200, timeout: KEPT_IDLE_MS });
const tokens = new WeakMap<TeamsServer, string>();

/** Posts an activity to the bot at that port and gives the card of its answer. */
export async function post(teams: TeamsServer, port: number, activity: Activity): Promise<Card> {
  const token = tokens.get(teams) ?? teams.token();
  tokens.set(teams, token);
  const body = Buffer.from(JSON.stringify(activity));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sending = request({
    agent,
    host: '127.0.0.1',
    port,
    path: '/api/messages',
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': body.length,
      authorization: `Bearer ${token}`,
    },
  });
  sending.on('error', reject).on('response', (response) => {
    text(response).then(resolve, reject);
  });
  sending.end(body);
  const answer = await promise;
  const { value } = JSON.parse(answer) as { value?: Card };
  if (value === undefined) throw new Error(`no card but ${answer.slice(0, 200)}`);
  return value;
}

/** A manager who taps the same button of a card again and again. */
export interface Tapper {
  readonly person: TeamsPerson;
  readonly messageId: string;
  readonly verb: string;
  readonly inputs: Activity;
  /** The card that every tap is answered with, as `describeCard` names it. */
  readonly expected: string;
  /** For the floor, which knows no manager. */
  readonly accountName: string;
  handle: unknown;
}

/** One tap; gives the card of its answer. */
export async function answerOf(teams: TeamsServer, port: number, tapper: Tapper): Promise<Card> {
  const { person, messageId, verb, inputs, expected, accountName } = tapper;
  const data = { verb, handle: tapper.handle, accountName, ...inputs };
  const card = await post(teams, port, teams.from(person, execute(verb, data, messageId)));
  if (describeCard(card) !== expected) throw new Error(`${expected} became ${describeCard(card)}`);
  tapper.handle = buttonsOf(card).find((button) => button.verb === verb)?.data['handle'];
  return card;
}

/** The result of a window of tapping. */
export interface Tapped {
  /** The duration of every tap, ms. */
  readonly times: readonly number[];
  readonly seconds: number;
}

/** All tap at once, each as soon as answered, until the time is up. */
export async function tapFor(
  teams: TeamsServer,
  port: number,
  tappers: readonly Tapper[],
  seconds: number,
): Promise<Tapped> {
  const times: number[] = [];
  const began = performance.now();
  const endBy = began + seconds * 1_000;
  await Promise.all(
    tappers.map(async (tapper) => {
      while (performance.now() < endBy) {
        const sent = performance.now();
        await answerOf(teams, port, tapper);
        times.push(performance.now() - sent);
      }
    }),
  );
  // Empties the channel's records for tests, which would grow without end here.
  teams.sent.length = 0;
  teams.memberRequests.length = 0;
  return { times, seconds: (performance.now() - began) / 1_000 };
}
