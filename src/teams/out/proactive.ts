import type { Locale } from '../../domain/parties.ts';
import type { View } from '../../ports/view.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { Connector, Message } from './connector.ts';
import { addressOf, conversationOf } from '../conversation.ts';
import type { UpdateQueue } from './updates.ts';

/** Turns a view into the message that shows it; `now` in epoch ms. */
export type Render = (view: View, locale: Locale, now: number) => Message;

export interface NotifierOptions {
  readonly connector: Connector;
  /** The same queue that the answers to taps go through. */
  readonly updates: UpdateQueue;
  readonly render: Render;
  readonly clock: () => number;
}

/** The key under which the updates of a message are queued. */
export function messageKey(conversationId: string, messageId: string): string {
  return `${conversationId}\n${messageId}`;
}

/** Cards outside a tap: notices, results that came late, reminders. */
export function createNotifier({ connector, updates, render, clock }: NotifierOptions): Notifier {
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
      await updates.add(messageKey(conversation.conversationId, messageId), () =>
        connector.update(conversation, messageId, card, signal),
      );
    },
  };
}
