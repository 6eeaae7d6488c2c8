/** An opaque slow hash of a password; compared and kept only inside the store. */
export type PasswordDigest = {
  readonly digest: Uint8Array;
  /** In the form of older entries, where the account's history held some. */
  readonly former?: Uint8Array;
};

/** Earlier passwords. */
export interface PasswordQueries {
  /** Whether one of the digests is among the newest `last` of the account. */
  isInHistory(
    accountId: string,
    digests: readonly PasswordDigest[],
    last: number,
  ): Promise<boolean>;
  /** Adds the digest as the newest and forgets all but the newest `keep`. One that is the newest already is not added again. */
  addToHistory(accountId: string, digest: PasswordDigest, keep: number): Promise<void>;
}
