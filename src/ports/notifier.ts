import type { Address, Locale, ManagerKey } from '../domain/parties.ts';
import type { View } from './view.ts';

/** Sends cards to managers outside their own taps. One try each; throws only NotifierError. */
export interface Notifier {
  /** Posts a new card and gives its message id. */
  post(to: Address, view: View, locale: Locale, signal: AbortSignal): Promise<string>;

  /**
   * Opens the chat with a person by their Entra object id; posts nothing, and may be repeated. `via`: the
   * person's former address, or any address of the tenant.
   */
  open(person: ManagerKey, via: Address | undefined, signal: AbortSignal): Promise<Address>;

  /** Replaces the card of an earlier message. */
  update(
    to: Address,
    messageId: string,
    view: View,
    locale: Locale,
    signal: AbortSignal,
  ): Promise<void>;
}
