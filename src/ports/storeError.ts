/**
 * `unavailable`: the database did not answer or refused; nothing was committed, or it is not known.
 * `busy`: more is asked than this machine can do in time; nothing was begun.
 */
export type StoreErrorCode = 'unavailable' | 'corrupt' | 'busy';

/** The one error that a store throws. `corrupt`: stored data cannot be decrypted or read. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, detail: string, options?: ErrorOptions) {
    super(`store: ${code} (${detail})`, options);
    this.code = code;
  }
}
