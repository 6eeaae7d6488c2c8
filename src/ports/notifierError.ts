/**
 * `unreachable`: the bot was removed or blocked. `messageGone`: the message or conversation no longer exists.
 * `ambiguous`: it may have been delivered. `refused`: anything else, nothing was delivered.
 */
export type NotifierErrorCode = 'unreachable' | 'messageGone' | 'ambiguous' | 'refused';

/** The one error that a notifier throws. */
export class NotifierError extends Error {
  override readonly name = 'NotifierError';
  readonly code: NotifierErrorCode;
  /** How long the channel asks to wait before the next try, where it says so. */
  readonly retryAfterMs?: number;
  /** The channel has too much to do: nothing was delivered, and the same may be tried again. */
  readonly isBusy: boolean;

  constructor(
    code: NotifierErrorCode,
    detail: string,
    options: ErrorOptions & { readonly retryAfterMs?: number; readonly isBusy?: boolean } = {},
  ) {
    super(`notifier: ${code} (${detail})`, options);
    this.code = code;
    this.isBusy = options.isBusy ?? false;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}
