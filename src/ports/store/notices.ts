import type { Locale, ManagerKey } from '../../domain/parties.ts';
import type { NoticeFacts } from '../noticeView.ts';

/** A message to people about a finished change. A row of the transaction that it reports. */
export interface Notice extends NoticeFacts {
  readonly id: string;
  readonly accountId: string;
  /** When the bot noticed it, where that may be long after it happened; of joined changes the first. */
  readonly noticedAt?: number | undefined;
  readonly flow?: string | undefined;
  /** The directory entries of `owners`, in their order; an empty one where the bot knows none. */
  readonly ownerEntries?: readonly string[] | undefined;
  /** The same of `added` and `removed`. */
  readonly addedEntries?: readonly string[] | undefined;
  readonly removedEntries?: readonly string[] | undefined;
  readonly to:
    | { readonly channel: 'sms'; readonly mobile: string; readonly locale: Locale }
    /** A card to one manager. */
    | { readonly channel: 'chat'; readonly manager: ManagerKey }
    /**
     * Resolved, when the notice is taken up, into cards for all other managers of the account; for all
     * managers where no exception is named.
     */
    | { readonly channel: 'otherManagers'; readonly except?: ManagerKey | undefined };
}

/**
 * Notices of one lane do not wait for those of another. `chat`: also those whose readers are to be found.
 * `changes`: of who answers; one name in a group that answers for many accounts is told to each member for each.
 * `news`: cards that warn of nothing, of which one manager may cause many.
 */
export type NoticeLane = 'sms' | 'chat' | 'changes' | 'news';

/** A notice taken up by this instance; no other instance takes it before the lease ends. */
export interface ClaimedNotice extends Notice {
  /** Tries so far, this one included, and the times that another notice took its place. */
  readonly tries: number;
}

/** Notices that wait to be delivered. */
export interface NoticeQueries {
  /**
   * Notices to be delivered from `dueAt` on; absent: at once. One that waits under the same id is replaced, and
   * goes out when it would have; where it is being delivered, the new one is delivered after it.
   */
  addNotices(notices: readonly Notice[], dueAt?: number): Promise<void>;
  /** Those of these ids that wait to be delivered. */
  waitingNotices(ids: readonly string[]): Promise<Notice[]>;
  /**
   * Takes up the notice of the lane, or of any, that has waited longest and is due; no other instance gets
   * it for `leaseMs`.
   */
  claimNotice(leaseMs: number, lane?: NoticeLane): Promise<ClaimedNotice | undefined>;
  /** Makes a claimed notice due again at `at`. */
  postponeNotice(id: string, at: number): Promise<void>;
  /** False where it is gone, or was taken up or replaced since. */
  removeNotice(notice: Pick<ClaimedNotice, 'id' | 'tries'>): Promise<boolean>;
  /** Notices that are not delivered yet. */
  countNotices(): Promise<number>;
}
