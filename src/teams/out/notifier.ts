import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../ports/log.ts';
import type { Notifier } from '../../ports/notifier.ts';
import { withDeadline } from '../../ports/deadline.ts';
import { NotifierError } from '../../ports/errors.ts';
import { addressOf, conversationOf, type Conversation } from '../conversation.ts';
import type { ShownFlow, Turns } from '../../service/input.ts';
import { again, type Delay } from '../../service/waiting/waiting.ts';
import type { Card, Connector, Message } from './connector.ts';
import type { Locale } from '../../domain/parties.ts';
import type { View } from '../../ports/view.ts';

/**
 * Writes the updates of one message one after another, so that an older card never covers a newer one; an update that
 * a newer one overtook while it waited is not written. `work` asks before a repetition whether a newer write is
 * waiting. Rejects as `work` does.
 */
type UpdateQueue = (
  message: string,
  work: (isSuperseded: () => boolean) => Promise<void>,
) => Promise<void>;

export function createUpdateQueue(): UpdateQueue {
  /** Messages with a write under way, and the newest write that waits for it: told whether its turn comes. */
  const busy = new Map<string, ((isTurn: boolean) => void) | undefined>();

  return async (message, work) => {
    if (busy.has(message)) {
      const isTurn = await new Promise<boolean>((resolve) => {
        busy.get(message)?.(false);
        busy.set(message, resolve);
      });
      if (!isTurn) return;
    } else {
      busy.set(message, undefined);
    }
    try {
      await work(() => busy.get(message) !== undefined);
    } finally {
      const next = busy.get(message);
      if (next === undefined) busy.delete(message);
      else {
        busy.set(message, undefined);
        next(true);
      }
    }
  };
}

/** Turns a view into the message that shows it; `now` in epoch ms. */
export type Render = (view: View, locale: Locale, now: number) => Message;

/** The key under which the updates of a message are queued. */
function messageKey(conversationId: string, messageId: string): string {
  return `${conversationId}\n${messageId}`;
}

/** Cards outside a tap: notices, results that came late, reminders. */
export function createNotifier({
  connector,
  updates,
  render,
  clock,
}: Pick<PlacementOptions, 'connector' | 'updates'> & {
  readonly render: Render;
  readonly clock: () => number;
}): Notifier {
  return {
    post: async (to, view, locale, signal) =>
      connector.post(conversationOf(to), render(view, locale, clock()), signal),
    open: async (person, via, signal) =>
      addressOf(
        await connector.open(person, via === undefined ? undefined : conversationOf(via), signal),
      ),
    async update(to, messageId, view, locale, signal) {
      const conversation = conversationOf(to);
      const { card } = render(view, locale, clock());
      await updates(messageKey(conversation.conversationId, messageId), () =>
        connector.update(conversation, messageId, card, signal),
      );
    },
  };
}

/** The pauses before the repetitions of an update; Teams throttles for seconds. */
const REPETITIONS = { first: 1_000, factor: 2 };
/** None begins later than this: a stop waits for it. */
const REPEATED_FOR_MS = 10_000;

const rest: Delay = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

function isWorthRepeating(error: unknown): boolean {
  if (!(error instanceof NotifierError) || error.isFinal) return false;
  return error.code === 'ambiguous' || error.code === 'refused';
}

/** The message of the chat that shows a tap's card. */
export interface Placement {
  /**
   * Writes the card into its message and tells the service which one shows the flow. `isLate`: the
   * channel has had its answer, so this is the only way to the person. May be called while an
   * earlier card is being written: the later one stays. Never rejects.
   */
  show(message: Message, flow: ShownFlow | undefined, isLate: boolean): Promise<void>;
}

export interface PlacementOptions {
  readonly turns: Pick<Turns, 'cardShown'>;
  readonly connector: Connector;
  /** One queue for the answers to taps and for the cards outside. */
  readonly updates: UpdateQueue;
  readonly log: Log;
}

export interface Place {
  readonly conversation: Conversation;
  /** The message that was tapped; absent where a new one has to be posted. */
  readonly messageId: string | undefined;
  /** True where the channel's answer itself carries the card. */
  readonly isInAnswer: boolean;
}

export function createPlacement(options: PlacementOptions, place: Place): Placement {
  const { connector, updates, log } = options;
  const { conversation, isInAnswer } = place;
  let messageId = place.messageId;
  /** The last post of a new message, which a later card must wait for. Never rejects. */
  let posting: Promise<unknown> | undefined;

  async function report(flow: ShownFlow | undefined, shownBy: string): Promise<void> {
    if (flow === undefined || flow.messageId === shownBy) return;
    await options.turns.cardShown(flow.id, shownBy).catch((error: unknown) => {
      log.warn({ fault: error }, 'the card’s message was not noted');
    });
  }

  /** An update may safely be repeated, and must be where no answer shows the card. */
  async function update(target: string, card: Card, isOnlyWay: boolean): Promise<void> {
    await updates(messageKey(conversation.conversationId, target), async (isSuperseded) => {
      let failure: unknown;
      async function write(): Promise<'written' | undefined> {
        try {
          await connector.update(conversation, target, card);
          return 'written';
        } catch (error) {
          if (!isOnlyWay || !isWorthRepeating(error)) throw error;
          failure = error;
          return undefined;
        }
      }
      if ((await write()) !== undefined) return;
      const end = await withDeadline(REPEATED_FOR_MS, undefined, (signal) =>
        again(rest, REPETITIONS, signal, async () => (isSuperseded() ? 'superseded' : write())),
      );
      if (end === undefined) throw failure;
    });
  }

  function post(message: Message): Promise<string> {
    const posted = connector.post(conversation, message).then((id) => {
      messageId = id;
      return id;
    });
    posting = posted.catch(() => undefined);
    return posted;
  }

  async function write(
    message: Message,
    flow: ShownFlow | undefined,
    isOnlyWay: boolean,
  ): Promise<void> {
    if (messageId === undefined && posting !== undefined) await posting;
    const target = messageId;
    if (target === undefined) {
      if (isOnlyWay) await report(flow, await post(message));
      return;
    }
    // Reported first: the service may have news for this message while it is still being written.
    const reported = report(flow, target);
    try {
      // Queued before anything is awaited: later cards are newer, and come after it.
      await update(target, message.card, isOnlyWay);
      return;
    } catch (error) {
      const isGone = error instanceof NotifierError && error.code === 'messageGone';
      if (!isOnlyWay || !isGone) throw error;
    } finally {
      await reported;
    }
    // An earlier card may have found the message gone too, and be posting its replacement.
    if (messageId === target) messageId = undefined;
    await write(message, flow, isOnlyWay);
  }

  return {
    async show(message, flow, isLate) {
      try {
        await write(message, flow, isLate || !isInAnswer);
      } catch (error) {
        log.warn({ isLate, fault: error }, 'a card was not written');
      }
    },
  };
}
