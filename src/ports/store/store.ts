import type { AuditEvent } from '../../domain/audit.ts';
import type { Flow } from '../../domain/flows/flow.ts';
import type { Secret } from '../../domain/secret.ts';
import type { PasscodeQueries, FailureQueries, FailureReads } from './passcodes.ts';
import type { CallerQueries, CallerReads, LookQueries, LookReads } from './desk.ts';
import type { EnrollmentQueries, EnrollmentReads } from './enrollments.ts';
import type { FlowQueries, FlowReads } from './flows.ts';
import type { NoticeQueries } from './notices.ts';
import type { PasswordDigest, PasswordQueries } from './passwords.ts';
import type { ManagerQueries, ManagerReads } from './people.ts';
import type { ReminderQueries, ReminderReads } from './reminders.ts';
import type { SendQueries, SendReads } from './sends.ts';
import type { SweepQueries, SweepReads } from './sweeps.ts';

/** Records older than these times are deleted; epoch ms (requirement S7). */
export interface Retention {
  /** Codes that ended before, and the attempts of flows whose time ended before. */
  readonly codesBefore: number;
  /** Wrong codes and passwords, and the service desk's look-ups. */
  readonly failuresBefore: number;
  /** Flows that ended before, code messages, and the service desk's cards and questions of before. */
  readonly flowsBefore: number;
  /** Buttons of `home`, and reminders with their pauses. */
  readonly buttonsBefore: number;
}

/**
 * Reads outside a transaction; each by itself sees the state committed when it was asked. A power failure
 * may still take that back.
 */
export interface StoreReads
  extends
    FlowReads,
    FailureReads,
    SendReads,
    ManagerReads,
    EnrollmentReads,
    ReminderReads,
    SweepReads,
    LookReads,
    CallerReads {
  /** The store's clock, epoch ms. */
  readonly now: number;
}

/**
 * All reads and writes of one transaction. `now` is the database's clock at its start, epoch ms.
 * Take locks first (the account's before `sms`); audit rows are chained and written last, at commit.
 */
export interface StoreTransaction
  extends
    FlowQueries,
    PasscodeQueries,
    FailureQueries,
    SendQueries,
    ManagerQueries,
    EnrollmentQueries,
    PasswordQueries,
    NoticeQueries,
    ReminderQueries,
    SweepQueries,
    LookQueries,
    CallerQueries {
  readonly now: number;

  /** Holds the named lock until the transaction ends; others wait. */
  lock(name: string): Promise<void>;

  /**
   * Forgets at most `limit` expired rows of each kind; gives how many were forgotten of the kind with most.
   */
  forget(retention: Retention, limit: number): Promise<number>;

  /** Adds an audit row; written at commit, in order of the calls. */
  audit(event: AuditEvent): void;

  /** Runs `say` after the commit, for the last run of `work` only: for logs, metrics and alarms. */
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
   * Reads without a transaction: cheaper, and enough where no write depends on it. Simultaneous queries go
   * to the database at once. `now` is that of the store. It may run again.
   */
  read<T>(work: (reads: StoreReads) => Promise<T>): Promise<T>;

  /** The database's clock, epoch ms: as the newest transaction saw it, plus the time since. */
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
