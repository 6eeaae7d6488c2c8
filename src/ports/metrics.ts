import type { AuditEvent } from '../domain/audit.ts';
import type { BudgetMark } from '../domain/smsBudget.ts';

/** An outside system whose calls are measured. */
export type MeasuredSystem = 'directory' | 'sms' | 'connector' | 'login' | 'store';

/** A secret or certificate whose end is watched. */
export type Ending =
  'botSecret' | 'botCertificate' | 'directoryCertificate' | 'databaseCertificate';

/**
 * The counters and measurements for operators. Labels are closed words, never names, ids or numbers of
 * people.
 */
export interface Metrics {
  /** A manager's input was answered with a card. */
  turnTaken(turn: {
    readonly input: string;
    readonly card: string;
    /** The reason of the card's problem. */
    readonly problem?: string | undefined;
    readonly seconds: number;
  }): void;

  /** A call of an outside system ended; `fault` is the port's code, or the provider's, absent where it went well. */
  operationEnded(operation: {
    readonly system: MeasuredSystem;
    readonly operation: string;
    readonly fault?: string | undefined;
    readonly seconds: number;
  }): void;

  /** An audit row was committed: code messages, lockouts, notices and outcomes are counted from it. */
  audited(event: AuditEvent): void;

  /** This share of the day's code messages was reached, in per cent. */
  budgetMarkReached(mark: BudgetMark): void;

  /** A line with this `alarm` was logged. */
  alarmRaised(alarm: string): void;

  /** The store's present contents, over all instances. */
  storeMeasured(state: {
    readonly noticesWaiting: number;
    /** Code messages of the last 24 h, and the ceiling of them. */
    readonly codeMessages: number;
    readonly codeMessagesCeiling: number;
  }): void;

  /** The first of a kind of secrets or certificates ends then, epoch ms. */
  endKnown(ending: Ending, endsAt: number): void;

  /** Password writes whose outcome is not known now, over all instances. */
  unknownOutcomes(count: number): void;
}
