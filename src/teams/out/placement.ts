import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../ports/log.ts';
import { NotifierError } from '../../ports/notifier.ts';
import type { Conversation } from '../conversation.ts';
import type { ShownFlow, Turns } from '../../service/input.ts';
import type { Card, Connector, Message } from './connector.ts';
import { describeFault } from '../../ports/fault.ts';
import { messageKey } from './proactive.ts';
import type { UpdateQueue } from './updates.ts';

const REPEAT_AFTER_MS = 1_000;

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
      log.warn({ fault: describeFault(error) }, 'the card’s message was not noted');
    });
  }

  /** An update may safely be repeated, and must be where no answer shows the card. */
  async function update(target: string, card: Card, isOnlyWay: boolean): Promise<void> {
    await updates.add(messageKey(conversation.conversationId, target), async (isSuperseded) => {
      try {
        await connector.update(conversation, target, card);
      } catch (error) {
        const isWorthRepeating =
          error instanceof NotifierError && ['ambiguous', 'refused'].includes(error.code);
        if (!isOnlyWay || !isWorthRepeating) throw error;
        await sleep(REPEAT_AFTER_MS);
        if (!isSuperseded()) await connector.update(conversation, target, card);
      }
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
        log.warn({ isLate, fault: describeFault(error) }, 'a card was not written');
      }
    },
  };
}
