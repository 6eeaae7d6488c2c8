import type { Input } from '../../src/service/input.ts';
import { execute } from '../support/activities.ts';
import type { Activity } from '../support/activities.ts';
import { nameOf } from '../support/connector.ts';
import type { BotAnswer } from '../support/connector.ts';
import { show } from './support.ts';
import type { Bench } from './support.ts';

/** Anna's chat with the bot. */
export class Chat {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Sends an activity as Anna. */
  send(activity: Activity): Promise<BotAnswer> {
    const { teams, url, anna } = this.#bench;
    return teams.send(url, teams.from(anna, activity));
  }

  tap(verb: string, data: unknown = {}, replyToId?: string): Promise<BotAnswer> {
    return this.send(execute(verb, data, replyToId));
  }

  /** Makes the id that of a message of the bot. */
  known(id: string): string {
    this.#bench.teams.know(this.#bench.anna.conversationId, id);
    return id;
  }

  /** The cards that the bot posted and updated: `post home`, `update m1 home`. */
  sent(): string[] {
    return this.#bench.teams.sent.map(({ operation, id, card }) => {
      return `${operation} ${operation === 'update' ? `${id} ` : ''}${nameOf(card) ?? 'text'}`;
    });
  }

  /** Forgets the records, ends the faults. */
  reset(): void {
    const { teams, turns, anna, logged } = this.#bench;
    for (const list of [turns.taken, turns.shown, turns.meetings, teams.sent, logged]) {
      list.length = 0;
    }
    turns.answer = () => show('home');
    teams.addMember(anna);
    for (const operation of ['post', 'update', 'member'] as const) teams.heal(operation);
  }
}

/** Inputs with their secrets opened, so that they can be compared. */
export function opened(inputs: readonly Input[]): Record<string, unknown>[] {
  return inputs.map((input) =>
    Object.fromEntries(
      Object.entries(input).map(([name, value]): [string, unknown] => [
        name,
        typeof value === 'object' ? { secret: value.reveal() } : value,
      ]),
    ),
  );
}
