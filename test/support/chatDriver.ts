import {
  execute,
  installation,
  message,
  submit,
  type Activity,
  type TeamsPerson,
} from './activities.ts';
import { nameOf, type BotAnswer, type Card, type Sent, type TeamsServer } from './connector.ts';

/** A button as it stands on a card. */
export interface Button {
  readonly verb: string;
  readonly title: string;
  readonly data: Activity;
  /** An Action.Submit, which is answered in the message alone. */
  readonly isSubmit?: boolean;
}

/** Everything below a node of a card, the node itself first. */
function* nodes(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodes(item);
  } else if (typeof value === 'object' && value !== null) {
    yield value as Record<string, unknown>;
    for (const [key, item] of Object.entries(value)) if (key !== 'fallback') yield* nodes(item);
  }
}

export function buttonsOf(card: unknown): Button[] {
  return [...nodes(card)]
    .filter(({ type }) => type === 'Action.Execute' || type === 'Action.Submit')
    .map(({ type, title, data }) => ({
      verb: String((data as Activity)['verb']),
      title: String(title),
      data: data as Activity,
      isSubmit: type === 'Action.Submit',
    }));
}

/** The reason of the card's problem; undefined where it reports none. */
function problemOf(card: unknown): string | undefined {
  const ids = [...nodes(card)].map((node) => node['id']);
  const problems = ids.filter(
    (id): id is string => typeof id === 'string' && id.startsWith('problem:'),
  );
  if (problems.length > 1) throw new Error(`a card with several problems: ${problems.join(', ')}`);
  return problems[0]?.slice('problem:'.length);
}

/** The card's name, with its problem where it has one: `reset.code codeRefused`. */
export function describeCard(card: Card | undefined): string {
  const problem = problemOf(card);
  return `${nameOf(card) ?? 'nothing'}${problem === undefined ? '' : ` ${problem}`}`;
}

/** The container of the account, manager or hit of that name on a card. */
export function accountOn(card: unknown, accountName: string): Record<string, unknown> | undefined {
  return [...nodes(card)].find((node) => {
    const isAccount = /^(?:account|manager|found):\d+$/.test(String(node['id']));
    const [first] = isAccount ? [...nodes(node['items'])].filter((item) => 'text' in item) : [];
    return first?.['text'] === accountName;
  });
}

/** All text of a card, for looking through, with plain blanks. */
export function textOf(card: unknown): string {
  return [...nodes(card)]
    .flatMap((node) => ['text', 'label', 'title', 'errorMessage'].map((key) => node[key]))
    .filter((text) => typeof text === 'string')
    .join('\n')
    .replaceAll('\u00A0', ' ');
}

/** Cards that come unasked: they may come between a question and its answer. */
const UNASKED: ReadonlySet<string | undefined> = new Set([
  'notice',
  'reminder',
  'invitation',
  'caller',
]);
const isAnswer = ({ card }: Sent): boolean => !UNASKED.has(nameOf(card));

const KEPT_ANSWERS = 4;

/** A message is updated by itself within 15 s of the tap; a busy machine takes longer. */
const LATEST_MS = 30_000;

/** The way of an activity to the bot, and the immediate answer. */
export type Reach = (activity: Activity) => Promise<BotAnswer>;

/** One person in their own chat with the bot, as a Teams client behaves. */
export class ChatDriver {
  readonly person: TeamsPerson;
  /** The card at hand. */
  card: Card | undefined;
  /** The message that shows it. */
  messageId: string | undefined;
  /** The bot's last answers to taps and messages: the status, and the card where there was one. */
  readonly answers: string[] = [];
  readonly #teams: TeamsServer;
  readonly #reach: Reach;

  constructor(person: TeamsPerson, teams: TeamsServer, reach: Reach) {
    this.person = person;
    this.#teams = teams;
    this.#reach = reach;
  }

  /** The name of the card at hand: `home`, `reset.code codeRefused`. */
  get shown(): string {
    return describeCard(this.card);
  }

  async install(): Promise<string> {
    return this.#write(installation('add'));
  }

  /** Types a message; the answer is the newest card below. */
  async say(text: string): Promise<string> {
    return this.#write(message(text));
  }

  async #write(activity: Activity): Promise<string> {
    const before = this.#teams.sent.length;
    const { status } = await this.#send(activity);
    // A refused message has no effect: there is nothing to wait for.
    if (status !== 200) throw new Error(`the bot answered ${String(status)}`);
    await this.#finish(before);
    return this.shown;
  }

  /** Taps a button of the card at hand, by its verb and, on `home`, by its account. */
  async tap(verb: string, inputs: Activity = {}, accountName?: string): Promise<string> {
    return this.tapButton(this.button(verb, accountName), inputs);
  }

  /** All buttons of that verb on the card at hand. */
  buttons(verb: string): Button[] {
    return buttonsOf(this.card).filter((button) => button.verb === verb);
  }

  button(verb: string, accountName?: string): Button {
    const within = accountName === undefined ? this.card : accountOn(this.card, accountName);
    const found = buttonsOf(within).find((button) => button.verb === verb);
    if (found === undefined) throw new Error(`no ${verb} on ${this.shown}`);
    return found;
  }

  /** Taps a button, also one of an old card. */
  async tapButton(button: Button, inputs: Activity = {}): Promise<string> {
    const before = this.#teams.sent.length;
    const former = JSON.stringify(this.card);
    const { card } = await this.sendTap(button, inputs);
    if (button.isSubmit === true) {
      await this.#finish(before, this.messageId);
      return this.shown;
    }
    this.card = card;
    if (nameOf(card) === 'working') await this.#finish(before, this.messageId, former);
    return this.shown;
  }

  /** Sends a tap and gives the raw answer; the card at hand stays. */
  async sendTap(button: Button, inputs: Activity = {}, overrides: Activity = {}) {
    const { verb, data, isSubmit } = button;
    const tap = isSubmit === true ? submit : execute;
    const activity = tap(verb, { ...data, ...inputs }, this.messageId);
    return this.#send({ ...activity, ...overrides });
  }

  /** The same tap in a client without Action.Execute: the message itself is updated. */
  async submit(verb: string, inputs: Activity = {}, accountName?: string): Promise<string> {
    return this.tapButton({ ...this.button(verb, accountName), isSubmit: true }, inputs);
  }

  /** The newest card after a reload of the client, reminders included; a notice asks for nothing. */
  reload(): string {
    const { conversationId } = this.person;
    this.#take(
      this.#teams.sent.findLast(
        (sent) => sent.conversationId === conversationId && nameOf(sent.card) !== 'notice',
      ),
    );
    return this.shown;
  }

  async #send(activity: Activity): Promise<BotAnswer> {
    const answer = await this.#reach(this.#teams.from(this.person, activity));
    const card = answer.card === undefined ? '' : ` ${describeCard(answer.card)}`;
    this.answers.push(`${String(answer.status)}${card}`);
    if (this.answers.length > KEPT_ANSWERS) this.answers.shift();
    return answer;
  }

  /** The activities sent to this chat from that position of all that were sent. */
  #own(from: number): Sent[] {
    return this.#teams.sent
      .slice(from)
      .filter(({ conversationId }) => conversationId === this.person.conversationId);
  }

  #take(sent: Sent | undefined): void {
    this.card = sent?.card;
    this.messageId = sent?.id;
  }

  /**
   * Takes the card of a new message, or of the one that was tapped. A slow answer is `working`, and the
   * message is then updated by itself. Other cards belong to earlier taps: updates of other messages and,
   * before `working`, the `former` card, written only after it was tapped. Where nothing else has come by
   * then, that card is the answer.
   */
  async #finish(before: number, tapped?: string, former?: string): Promise<void> {
    let id = tapped;
    const latest = performance.now() + LATEST_MS;
    await this.#teams.until(() => {
      const own = this.#own(before).filter(
        (sent) => isAnswer(sent) && (sent.operation === 'post' || sent.id === id),
      );
      const newest = own.at(-1);
      if (newest === undefined) return false;
      const isFormer = own.length === 1 && JSON.stringify(newest.card) === former;
      if (isFormer && performance.now() < latest) return false;
      id = newest.id;
      this.#take(newest);
      return nameOf(newest.card) !== 'working';
    });
  }
}
