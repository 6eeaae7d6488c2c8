import type { AuditEvent } from '../domain/audit.ts';
import type { Flow } from '../domain/flows/flow.ts';
import type { ManagerKey, Purpose } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { Address } from './notifier.ts';
import type {
  Button,
  ClaimedNotice,
  CodeSend,
  Enrollment,
  Failure,
  FailureKind,
  ManagerRecord,
  Notice,
  NoticeLane,
  NumberUse,
  PasswordDigest,
  Reminder,
  ReminderFate,
  ReminderKey,
  ReminderPause,
  Retention,
  SendFate,
  SendOutcome,
  SentMessage,
} from './records.ts';

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

/**
 * What may be read outside a transaction; each by itself sees what was committed when it was asked. A
 * power failure may still take that back.
 */
export type StoreReads = Pick<
  StoreTransaction,
  | 'now'
  | 'manager'
  | 'button'
  | 'flow'
  | 'flowFrom'
  | 'openFlow'
  | 'openFlows'
  | 'failuresOf'
  | 'enrollment'
  | 'reminder'
  | 'enrolledAccounts'
  | 'enrolledAmong'
  | 'enrollmentsOf'
  | 'answering'
  | 'answeringKnown'
  | 'isSendKnown'
  | 'managersByDirectoryId'
  | 'remindedStage'
  | 'reminderPause'
  | 'unsettledFlows'
>;

/**
 * All reads and writes of one transaction. `now` is the database's clock at its start, epoch ms.
 * Take locks first (the account's before `sms`); audit rows are chained and written last, at commit.
 */
export interface StoreTransaction {
  readonly now: number;

  /** Holds the named lock until the transaction ends; others wait. */
  lock(name: string): Promise<void>;

  manager(key: ManagerKey): Promise<ManagerRecord | undefined>;
  /** Inserts or replaces. */
  saveManager(record: ManagerRecord): Promise<void>;
  managersByDirectoryId(directoryIds: readonly string[]): Promise<ManagerRecord[]>;
  /** Where anybody of the tenant is reached. */
  anyAddress(tenantId: string): Promise<Address | undefined>;

  addButtons(buttons: readonly Button[]): Promise<void>;
  button(handle: string): Promise<Button | undefined>;

  /** `known`: the flow as it was read before, which is given back where it has not been saved since. */
  flow(id: string, known?: Flow): Promise<Flow | undefined>;
  /** The flow that this button began for this purpose. */
  flowFrom(origin: string, purpose: Purpose): Promise<Flow | undefined>;
  /** The flow of the manager on the account that has not ended; there is at most one. */
  openFlow(manager: ManagerKey, accountId: string): Promise<Flow | undefined>;
  openFlows(manager: ManagerKey): Promise<Flow[]>;
  /** Open flows of one account, of all managers. */
  openFlowsOf(accountId: string): Promise<Flow[]>;
  /**
   * Open flows last saved before `before` that need somebody's care, oldest first: an operation is
   * under way, an outcome unknown, or their time is over.
   */
  unsettledFlows(before: number, limit: number): Promise<Flow[]>;
  /** Resets of the account, open or ended, that were under way between the two times. */
  resetsAround(accountId: string, from: number, to: number): Promise<Flow[]>;
  /** The account of that name (in any case) or id, as the flows and numbers that are kept know it. */
  rememberedAccount(
    nameOrId: string,
  ): Promise<{ readonly id: string; readonly name: string | undefined } | undefined>;
  addFlow(flow: Flow): Promise<void>;
  /** Saves under the version that was read and gives the saved flow; undefined when it was no longer that version. */
  saveFlow<F extends Flow>(flow: F): Promise<F | undefined>;
  /** That message shows the flow from now on, and no other open one of the manager any more. */
  setFlowMessage(flowId: string, messageId: string): Promise<void>;

  /** Replaces the flow's code; only a keyed hash is kept. */
  setPasscode(passcode: {
    readonly flowId: string;
    readonly code: Secret;
    readonly expiresAt: number;
  }): Promise<void>;
  /** Puts back the code that the last `setPasscode` replaced: the new one was never sent. Without a former one the flow has none. */
  restorePasscode(flowId: string): Promise<void>;
  /**
   * Compares in constant time. `match` uses the code up. `repeated`: the same code was already
   * compared for the same turn (a double tap). `noMatch`: wrong, expired, used, or none.
   */
  tryPasscode(guess: {
    readonly flowId: string;
    readonly turn: number;
    readonly code: Secret;
    /** The flow's own word on how long its code is good; the stored code's counts beside it. */
    readonly expiresAt?: number;
  }): Promise<'match' | 'noMatch' | 'repeated'>;
  removePasscode(flowId: string): Promise<void>;

  /** Counts a failure now; the id takes it back. */
  addFailure(failure: {
    readonly kind: FailureKind;
    readonly manager: ManagerKey;
    readonly accountId: string;
  }): Promise<string>;
  removeFailure(id: string): Promise<void>;
  /** Times of failures on the account since `since`, newest first; of one manager or of all. */
  failureTimes(query: {
    readonly kind: FailureKind;
    readonly accountId: string;
    readonly manager?: ManagerKey;
    readonly since: number;
  }): Promise<number[]>;
  /** All failures on the account since `since`, of every kind and manager, newest first. */
  failuresOf(query: { readonly accountId: string; readonly since: number }): Promise<Failure[]>;
  /** Forgets the failures of one manager on the account, or of all. */
  clearFailures(query: {
    readonly kind: FailureKind;
    readonly accountId: string;
    readonly manager?: ManagerKey;
  }): Promise<void>;

  /** Reserves a code message; it counts at once. */
  addSend(send: CodeSend): Promise<void>;
  settleSend(
    id: string,
    outcome: Exclude<SendOutcome, 'reserved'>,
    messageId?: string,
  ): Promise<void>;
  /** Times of code messages that were not refused, newest first. Absent fields match all. */
  sendTimes(query: {
    readonly flowId?: string;
    readonly mobile?: string;
    readonly manager?: ManagerKey;
    readonly since: number;
  }): Promise<number[]>;
  /** How a number stands to a manager, and where else that manager had codes sent. */
  numberUse(query: {
    readonly mobile: string;
    readonly manager: ManagerKey;
    readonly since: number;
  }): Promise<NumberUse>;
  /** Number of code messages that were not refused since `since`. */
  countSends(since: number): Promise<number>;
  /** Whether the SMS service's message is one with a code. */
  isSendKnown(messageId: string): Promise<boolean>;
  /** Records a status report; undefined where the message is unknown or the report moves nothing forward. */
  setSendFate(messageId: string, fate: SendFate): Promise<SentMessage | undefined>;
  /** The flow's newest code message. */
  lastSend(flowId: string): Promise<SentMessage | undefined>;
  /** The newest code message about the account, to whomever it went. */
  lastSendAbout(accountId: string): Promise<SentMessage | undefined>;

  enrollment(manager: ManagerKey, accountId: string): Promise<Enrollment | undefined>;
  enrollmentsOf(accountId: string): Promise<Enrollment[]>;
  enrollmentsOfManager(manager: ManagerKey): Promise<Enrollment[]>;
  /** How many other managers are enrolled with that number, for whatever account. */
  countOthersWith(mobile: string, manager: ManagerKey): Promise<number>;
  /** Replaces the manager's enrollment for the account. */
  saveEnrollment(enrollment: Enrollment): Promise<void>;
  /** Removes the numbers of all managers, or of the one, for the account and remembers that they were revoked now. */
  revokeEnrollments(accountId: string, manager?: ManagerKey): Promise<void>;
  /** Removes a number that nobody revoked: the next one waits for nothing. */
  removeEnrollment(id: string): Promise<void>;
  /** When the account's numbers, or the one manager's, were last revoked; undefined where they never were. */
  revokedAt(accountId: string, manager?: ManagerKey): Promise<number | undefined>;
  /** How many accounts, and managers of accounts, had their numbers revoked since `since`. */
  countRevokes(since: number): Promise<number>;

  /** Whether the digest is among the newest `last` of the account. */
  isInHistory(accountId: string, digest: PasswordDigest, last: number): Promise<boolean>;
  /** Adds the digest as the newest and forgets all but the newest `keep`. One that is the newest already is not added again. */
  addToHistory(accountId: string, digest: PasswordDigest, keep: number): Promise<void>;

  /** Notices to be delivered from `dueAt` on; absent: at once. */
  addNotices(notices: readonly Notice[], dueAt?: number): Promise<void>;
  /** Takes up the notice of the lane, or of any, that has waited longest and is due; nobody else gets it for `leaseMs`. */
  claimNotice(leaseMs: number, lane?: NoticeLane): Promise<ClaimedNotice | undefined>;
  /** Makes a claimed notice due again at `at`. */
  postponeNotice(id: string, at: number): Promise<void>;
  /** False where there is none of that id. */
  removeNotice(id: string): Promise<boolean>;
  /** Notices that are not delivered yet. */
  countNotices(): Promise<number>;

  /**
   * Takes or keeps the lease of that name for `leaseMs`; false while somebody else holds it, or
   * where the work that it guards was done less than `everyMs` ago.
   */
  takeLease(lease: {
    readonly name: string;
    readonly holder: string;
    readonly leaseMs: number;
    readonly everyMs: number;
  }): Promise<boolean>;
  /** Gives the lease back; `isDone` when the work was done to its end. */
  endLease(lease: {
    readonly name: string;
    readonly holder: string;
    readonly isDone: boolean;
  }): Promise<void>;

  /** Reserves the reminder; false where it was sent, may have been sent, or is on its way. */
  reserveReminder(reminder: Reminder): Promise<boolean>;
  /** Remembers that there is no way to the recipient; true for the first time. */
  skipReminder(reminder: Reminder): Promise<boolean>;
  settleReminder(handle: string, fate: Exclude<ReminderFate, 'reserved'>): Promise<void>;
  reminderFate(key: ReminderKey): Promise<ReminderFate | undefined>;
  reminder(handle: string): Promise<Reminder | undefined>;
  /** Settles as `unknown` all that are reserved, and gives them. For whoever has just taken the lease. */
  settleLostReminders(): Promise<Reminder[]>;
  /** Puts off the recipient's reminders; false where they are put off already. */
  snoozeReminders(
    snooze: Pick<ReminderKey, 'accountId' | 'cycle' | 'recipient'> & { readonly until: number },
  ): Promise<boolean>;
  /** Silences the reminders of all recipients; false where they are silenced already. */
  silenceReminders(
    silence: Pick<ReminderKey, 'accountId' | 'cycle'> & { readonly until: number },
  ): Promise<boolean>;
  /**
   * When the others can next be told of the silence, one time in `everyMs`, which is noted; undefined
   * where that is still to come.
   */
  nextSilenceNotice(
    silence: Pick<ReminderKey, 'accountId' | 'cycle'>,
    everyMs: number,
  ): Promise<number | undefined>;
  isSilenced(accountId: string): Promise<boolean>;
  /** Ends the silence of the account's reminders; false where there was none. */
  endSilence(accountId: string): Promise<boolean>;
  /** The last stage of the cycle of which anybody was reminded, or may have been. */
  remindedStage(about: Pick<ReminderKey, 'accountId' | 'cycle'>): Promise<number | undefined>;
  reminderPause(
    about: Pick<ReminderKey, 'accountId' | 'cycle' | 'recipient'>,
  ): Promise<ReminderPause>;

  /** The entries of those who answered for the account when that was last seen, in order. */
  answering(accountId: string): Promise<string[] | undefined>;
  /** Those of the accounts of which that was ever seen. */
  answeringKnown(accountIds: readonly string[]): Promise<string[]>;
  rememberAnswering(accountId: string, entries: readonly string[]): Promise<void>;

  /** Those of the accounts for which somebody is enrolled. */
  enrolledAmong(accountIds: readonly string[]): Promise<string[]>;
  /** Accounts for which somebody is enrolled, in order, behind `after`. */
  enrolledAccounts(after: string, limit: number): Promise<string[]>;
  /** The password versions that the last sweep saw, by account. */
  passwordsSeen(accountIds: readonly string[]): Promise<Map<string, string>>;
  sawPasswords(
    passwords: readonly { readonly accountId: string; readonly version: string }[],
  ): Promise<void>;
  /** Remembers since when the manager does not answer for the account any more, and gives it. */
  noteRelation(enrollmentId: string, isMissing: boolean): Promise<number | undefined>;

  /** Forgets at most `limit` rows of each kind; gives how many were forgotten of the kind with most. */
  forget(retention: Retention, limit: number): Promise<number>;

  /** Adds an audit row; written at commit, in order of the calls. */
  audit(event: AuditEvent): void;

  /** Done once the transaction has been kept, by its last run alone: what is said of it to others. */
  afterCommit(say: () => void): void;
}

/** The bot's memory, shared by all instances. Throws only StoreError. */
export interface Store {
  /**
   * Runs `work` in one transaction: all of it is kept or nothing. `work` awaits nothing but the transaction.
   * It may run again after a conflict, so it must have no other effect.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;

  /**
   * The same for a change of one flow: `lock` is held from the beginning, and `work` gets the flow as it
   * then stands, undefined where it is no more.
   */
  transactionOn<T>(
    on: { readonly flow: Flow; readonly lock: string },
    work: (tx: StoreTransaction, current: Flow | undefined) => Promise<T>,
  ): Promise<T>;

  /**
   * Reads without a transaction: cheaper, and enough where nothing is written on the strength of it.
   * What is asked for at once goes to the database at once. `now` is that of the store. It may run again.
   */
  read<T>(work: (reads: StoreReads) => Promise<T>): Promise<T>;

  /** The database's clock, epoch ms: as the newest transaction saw it, and what has passed since. */
  now(): number;

  /**
   * Slow hashes (off the event loop) with the account's own salt, as the history compares them; the same
   * password gives the same digest. Passwords that differ in the last digit of their last number cost
   * one hash together.
   * @throws StoreError `busy` where their turn did not come before the signal.
   */
  digestPasswords(
    accountId: string,
    passwords: readonly Secret[],
    signal: AbortSignal,
  ): Promise<PasswordDigest[]>;

  /** True when the database answers and its schema is the one that this build needs. */
  isReady(): Promise<boolean>;

  close(): Promise<void>;
}
