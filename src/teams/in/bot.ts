import { ActivityHandler, type InvokeResponse, type TurnContext } from 'botbuilder';
import { DAY_MS } from '../../domain/durations.ts';
import { addressOf } from '../conversation.ts';
import type { Locale } from '../../domain/parties.ts';
import type { Input, Turns } from '../../service/input.ts';
import { readExecute, readSubmit } from './actions.ts';
import { type Inbound } from './activity.ts';
import { type BotReply, type Delivery, createDeliveries } from './deliveries.ts';
import { GuardedAdapter } from './adapter.ts';
import { readMessage } from './commands.ts';
import { CARD_TYPE, type Card } from '../out/connector.ts';
import { createPlacement, type PlacementOptions } from '../out/notifier.ts';
import { createRecent } from '../recent.ts';
import { within } from '../../service/waiting/waiting.ts';
import { createTurnRunner, type TurnOptions } from './turn.ts';

/** An installation is announced twice and delivered again; playgrounds announce it with every page. */
const WELCOME_ONCE_MS = 60_000;
const SENTENCE_ONCE_MS = DAY_MS;
const MAX_CONVERSATIONS = 10_000;
const MEETING_WAIT_MS = 2_000;

export interface BotOptions extends Omit<TurnOptions, 'track' | 'turns'>, PlacementOptions {
  readonly turns: Turns;
  /** The one sentence that the bot says outside a personal chat. */
  readonly notPersonal: (locale: Locale) => string;
}

/** Answers activities that the guard has admitted. */
export interface Bot {
  /** `arrivedAt`: when the request came, epoch ms. */
  receive(activity: Inbound, arrivedAt: number): Promise<BotReply>;
  /** Resolves when the work after the answers has ended. */
  settled(): Promise<void>;
}

/** One activity on its way through the SDK. */
interface Visit {
  readonly activity: Inbound;
  readonly arrivedAt: number;
  readonly delivery: Delivery;
}

export function createBot(options: BotOptions): Bot {
  const tails = new Set<Promise<unknown>>();
  const track = (work: Promise<unknown>): void => {
    const tail = work.catch(() => undefined).finally(() => tails.delete(tail));
    tails.add(tail);
  };
  const adapter = new GuardedAdapter();
  const runner = createTurnRunner({ ...options, track });
  const handler = new Handler({ ...options, track }, runner);
  const deliveries = createDeliveries(options.clock);

  async function visit(activity: Inbound, arrivedAt: number, delivery: Delivery) {
    try {
      const response = await adapter.run(activity, async (context) => {
        context.turnState.set(VISIT, { activity, arrivedAt, delivery });
        await handler.run(context);
      });
      return response === undefined ? { status: 200 } : toReply(response);
    } catch (error) {
      const { card } = await runner.failure(error, activity.key);
      return activity.type === 'invoke' ? toReply(cardResponse(card)) : { status: 200 };
    }
  }

  return {
    receive: (activity, arrivedAt) =>
      deliveries.once(activity, (delivery) => visit(activity, arrivedAt, delivery)),
    async settled() {
      while (tails.size > 0) await Promise.allSettled(tails);
    },
  };
}

const VISIT = Symbol('visit');

function visitOf(context: TurnContext): Visit {
  return context.turnState.get<Visit>(VISIT);
}

function toReply({ status, body }: InvokeResponse<unknown>): BotReply {
  return { status, body: body === undefined ? undefined : JSON.stringify(body) };
}

function cardResponse(card: Card | undefined): InvokeResponse {
  return { status: 200, body: { statusCode: 200, type: CARD_TYPE, value: card } };
}

/** The meaning of each kind of activity; kinds that are not named here have no effect (requirement T10). */
class Handler extends ActivityHandler {
  readonly #options: BotOptions & TurnOptions;
  readonly #runner;
  readonly #welcomed;
  readonly #told;

  constructor(options: BotOptions & TurnOptions, runner: ReturnType<typeof createTurnRunner>) {
    super();
    this.#options = options;
    this.#runner = runner;
    const { clock } = options;
    const max = MAX_CONVERSATIONS;
    this.#welcomed = createRecent<boolean>({ ttlMs: WELCOME_ONCE_MS, max }, clock);
    this.#told = createRecent<true>({ ttlMs: SENTENCE_ONCE_MS, max }, clock);
  }

  protected override async onInvokeActivity(context: TurnContext): Promise<InvokeResponse> {
    const { activity, arrivedAt, delivery } = visitOf(context);
    if (activity.name !== 'adaptiveCard/action') return { status: 501 };
    if (!activity.isPersonal) {
      await this.#tell(activity);
      return { status: 200 };
    }
    const input = readExecute(activity.value);
    if (!input) return { status: 200 };
    const placement = createPlacement(this.#options, {
      conversation: activity.conversation,
      messageId: activity.replyToId,
      isInAnswer: true,
    });
    const onLateCard = (card: Card): void => {
      delivery.reply = Promise.resolve(toReply(cardResponse(card)));
    };
    const card = await this.#runner.run({
      activity,
      input,
      arrivedAt,
      placement,
      showsWorking: true,
      onLateCard,
    });
    return cardResponse(card);
  }

  protected override async onMessageActivity(context: TurnContext): Promise<void> {
    const { activity, arrivedAt } = visitOf(context);
    if (!activity.isPersonal) {
      await this.#tell(activity);
      return;
    }
    const isTap = typeof activity.value === 'object' && activity.value !== null;
    const input = isTap ? readSubmit(activity.value) : readMessage(activity.text ?? '');
    if (!input) return;
    await this.#post(activity, input, arrivedAt, isTap ? activity.replyToId : undefined, true);
  }

  protected override async onInstallationUpdateActivity(context: TurnContext): Promise<void> {
    const { activity, arrivedAt } = visitOf(context);
    if (!activity.isPersonal) return;
    if (activity.action === 'add') await this.#welcome(activity, arrivedAt);
    if (activity.action === 'add-upgrade') await this.#meet(activity, true);
    if (activity.action !== 'remove') return;
    this.#welcomed.set(activity.conversation.conversationId, false);
    await this.#meet(activity, false);
  }

  protected override async onConversationUpdateActivity(context: TurnContext): Promise<void> {
    const { activity, arrivedAt } = visitOf(context);
    if (activity.isPersonal && activity.addsBot) await this.#welcome(activity, arrivedAt);
  }

  async #welcome(activity: Inbound, arrivedAt: number): Promise<void> {
    const { conversationId } = activity.conversation;
    const isWelcomed = this.#welcomed.get(conversationId) === true;
    if (!isWelcomed) this.#welcomed.set(conversationId, true);
    await this.#meet(activity, true);
    if (!isWelcomed) {
      await this.#post(activity, { type: 'home', isWelcome: true }, arrivedAt, undefined, false);
    }
  }

  async #meet({ key, conversation }: Inbound, isReachable: boolean): Promise<void> {
    const { turns, track, log } = this.#options;
    const met = turns
      .met({ key, address: addressOf(conversation) }, isReachable)
      .catch((error: unknown) => {
        log.warn({ fault: error }, 'a person’s conversation was not noted');
      });
    track(met);
    await within(MEETING_WAIT_MS, met);
  }

  async #post(
    activity: Inbound,
    input: Input,
    arrivedAt: number,
    messageId: string | undefined,
    showsWorking: boolean,
  ): Promise<void> {
    const { conversation } = activity;
    const placement = createPlacement(this.#options, {
      conversation,
      messageId,
      isInAnswer: false,
    });
    await this.#runner.run({ activity, input, arrivedAt, placement, showsWorking });
  }

  /** Outside a personal chat: one sentence a day and conversation, and nothing else (T2). */
  async #tell({ conversation, key }: Inbound): Promise<void> {
    if (this.#told.get(conversation.conversationId)) return;
    this.#told.set(conversation.conversationId, true);
    const { connector, notPersonal, track, log } = this.#options;
    const text = notPersonal(await this.#runner.localeOf(key));
    const said = connector.say(conversation, text).catch((error: unknown) => {
      log.warn({ fault: error }, 'the sentence was not said');
    });
    track(said);
    await within(MEETING_WAIT_MS, said);
  }
}
