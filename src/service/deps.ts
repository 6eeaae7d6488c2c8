import type { Calendar } from '../domain/rotation/calendar.ts';
import type { AuditEvent } from '../domain/audit.ts';
import type { Locale, ManagerKey } from '../domain/parties.ts';
import type { Secret } from '../domain/secret.ts';
import type { Directory } from '../ports/directory.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { SmsGateway, SmsTexts } from '../ports/sms.ts';
import type { Store, StoreTransaction } from '../ports/store/store.ts';
import type { BudgetAlarms } from './flow/budgetAlarms.ts';
import type { Delay, Exclusive } from './waiting/waiting.ts';

/** The figures that an administrator may set. */
export interface Settings {
  readonly codeLength: number;
  readonly codeTtlSeconds: number;
  /** Wrong codes of one manager on one account within 24 h that lock. */
  readonly codeAttempts: number;
  readonly smsPerDay: number;
  /** ISO countries; the first is the default region of typed numbers. */
  readonly smsCountries: readonly string[];
  readonly passwordMinLength: number;
  readonly passwordHistory: number;
  readonly passwordForbiddenCharacters: string;
  readonly newNumberCooldownSeconds: number;
  readonly desk: DeskSettings;
  readonly defaultLocale: Locale;
  /** The tenant whose people are reached; empty where any is (only without authentication). */
  readonly tenantId: string;
  readonly rotation: RotationSettings;
}

/** The service desk in the chat. */
interface DeskSettings {
  /** Whether there is a group of agents. */
  readonly isOpen: boolean;
  /** Whether an agent may vouch for a confirmed manager. */
  readonly mayVouch: boolean;
  /** Names of the desk and of the organisation, as the cards have them. */
  readonly names: readonly string[];
}

/** When managers are reminded of passwords that are due. */
interface RotationSettings {
  /** Absent: the directory's age for each account. */
  readonly rotationDays: number | undefined;
  /** Days before the due date. */
  readonly reminderDays: readonly number[];
  readonly calendar: Calendar;
  /** An overdue reminder that reaches no chat goes to the enrolled number. */
  readonly remindsBySms: boolean;
  /** The person who hears of overdue accounts that have no manager. */
  readonly fallbackUpn: string | undefined;
}

/** Random ids, references and delays. */
export interface Random {
  /** At least 128 bits, URL-safe, without a dot. */
  id(): string;
  /** Short enough to be read out on the telephone: a card's and the log line's. */
  reference(): string;
  /** From 0 to below 1, for jitter. */
  fraction(): number;
  /** Uniform whole numbers from 0 to below `max`, for what people must not guess. */
  below(max: number): number;
  /** Uniform digits, leading zeros kept. */
  passcode(length: number): Secret;
}

/**
 * Denials that one person can repeat at will: being turned away, and starts that lead nowhere. The first of
 * its kind, person and account has a row at once, the further ones within a minute one row together.
 * Counted in this process alone.
 */
export interface Denials {
  /** Writes a denial. */
  audit(key: ManagerKey, accountId: string | undefined): Promise<void>;
  /**
   * Writes a row with the transaction that it belongs to, behind those that were counted of the event that
   * began it.
   */
  auditIn(tx: StoreTransaction, event: AuditEvent, begun?: AuditEvent): void;
  /** Writes the counted ones of that kind, whatever their reason, before the row that follows from them. */
  settleIn(tx: StoreTransaction, event: AuditEvent): void;
  /**
   * The event matters by itself: writes the counted denials of its kind, and the next denial has its row at
   * once.
   */
  settle(event: AuditEvent): Promise<void>;
  /** The person answers for nothing, or not for that account, as the directory or the roster says. */
  foundNothing(key: ManagerKey, accountId?: string): void;
  /** Whether the directory has said so often enough within a minute not to be asked again. */
  isKnown(key: ManagerKey, accountId?: string): boolean;
  /** Writes the denials that were counted and have no row yet. */
  flush(): Promise<void>;
}

/** Everything that the use cases need from outside. */
export interface Deps {
  readonly store: Store;
  readonly directory: Directory;
  readonly sms: SmsGateway;
  readonly notifier: Notifier;
  readonly smsTexts: SmsTexts;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly budgetAlarms: BudgetAlarms;
  readonly denials: Denials;
  readonly settings: Settings;
  readonly exclusive: Exclusive;
  /** Aborted once the bot has stopped, before its database is closed. */
  readonly stopping: AbortSignal;
  readonly delay: Delay;
}

/** The parts that a sweep needs: the administration sweeps too, beside a running bot. */
export type SweepDeps = Pick<
  Deps,
  'store' | 'directory' | 'notifier' | 'random' | 'log' | 'settings' | 'delay'
>;
