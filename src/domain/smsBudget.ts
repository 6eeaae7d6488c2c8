import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './durations.ts';

/** Requirement R1. All sums but one count code messages that were reserved and not refused. */
const RESEND_COOLDOWN_MS = 60 * SECOND_MS;
const MAX_SENDS_PER_FLOW_NUMBER = 3;
const MAX_SENDS_PER_NUMBER_10_MIN = 5;
const MAX_SENDS_PER_NUMBER_DAY = 10;
const MAX_SENDS_PER_MANAGER_HOUR = 10;
const MAX_SENDS_PER_MANAGER_DAY = 20;
/** Messages that the SMS service refused: each is a call to it, and a flow. */
const MAX_REFUSED_PER_MANAGER_HOUR = 30;
/** Numbers that a manager has not enrolled: a few mistakes, and no list of strangers. */
const MAX_UNPROVEN_NUMBERS_PER_MANAGER_DAY = 5;
/** The share of the day's ceiling that numbers which their manager has not enrolled may use up. */
const UNPROVEN_SHARE = 0.8;
/**
 * Kept for the manager whose directory entry names the number, whatever the others do: two messages, of
 * which one may be lost. They count twice until the number is enrolled.
 */
const KEPT_FOR_OWNER_PER_DAY = 4;
/**
 * Messages to a number that another manager has enrolled: few, so that its owner keeps most of the budget.
 */
const MAX_STRANGERS_SENDS_PER_DAY = 3;

/** How far back the sends of a number, a manager and all together must be read, ms. */
export const SENDS_LOOKBACK_MS = { number: DAY_MS, manager: DAY_MS, total: DAY_MS } as const;

/** Sends to a number, and its relation to a manager; where this manager has enrolled it, the last three are empty. */
export interface NumberUse {
  readonly number: readonly number[];
  /** Those of the flow. */
  readonly flowNumber: readonly number[];
  /** Whether this manager has enrolled the number, for whatever account. */
  readonly isEnrolled: boolean;
  /** Sends by managers who have not enrolled the number, where another manager has. */
  readonly strangers: readonly number[];
  /** The newest send to each other number that this manager has not enrolled. */
  readonly unproven: readonly number[];
  /** This manager's sends to the number. */
  readonly ownUnproven: readonly number[];
}

/** Messages sent so far: epoch ms, newest first; `total` over all accounts in 24 h. */
export interface SendsSoFar extends NumberUse {
  readonly now: number;
  readonly manager: readonly number[];
  /** This manager's messages that the SMS service has refused. */
  readonly refused: readonly number[];
  /** Whether the manager's own directory entry names the number. */
  readonly isInOwnEntry: boolean;
  readonly total: number;
}

/** Why no code message may go out now; `until`, epoch ms, where time alone will change that. */
export interface BudgetRefusal {
  readonly reason: 'tooManyCodes' | 'smsUnavailable';
  readonly until?: number;
}

/** Why one more code message may not go out now; undefined where it may. */
export function budgetRefusal(sends: SendsSoFar, perDay: number): BudgetRefusal | undefined {
  const { now, flowNumber, manager, strangers, isEnrolled, unproven } = sends;
  const isFlowSpent = flowNumber.length >= MAX_SENDS_PER_FLOW_NUMBER;
  const ends = [
    budgetEnd(isFlowSpent ? [] : flowNumber, 1, RESEND_COOLDOWN_MS),
    budgetEnd(sends.number, MAX_SENDS_PER_NUMBER_10_MIN, 10 * MINUTE_MS),
    numberBudgetEnd(sends),
    budgetEnd(manager, MAX_SENDS_PER_MANAGER_HOUR, HOUR_MS),
    budgetEnd(manager, MAX_SENDS_PER_MANAGER_DAY, DAY_MS),
    budgetEnd(sends.refused, MAX_REFUSED_PER_MANAGER_HOUR, HOUR_MS),
    budgetEnd(isEnrolled ? [] : unproven, MAX_UNPROVEN_NUMBERS_PER_MANAGER_DAY, DAY_MS),
    budgetEnd(strangers, MAX_STRANGERS_SENDS_PER_DAY, DAY_MS),
  ];
  const until = Math.max(...ends);
  if (until > now) return { reason: 'tooManyCodes', until };
  if (isFlowSpent) return { reason: 'tooManyCodes' };
  const ceiling = isEnrolled ? perDay : Math.ceil(perDay * UNPROVEN_SHARE);
  return sends.total >= ceiling ? { reason: 'smsUnavailable' } : undefined;
}

/**
 * The code after the one that goes out now: whether its flow sends none, and when one can go to the number again,
 * where the usual minute is not the only wait. The day's ceiling, which all share, is left out.
 */
export function codeAfter(sends: SendsSoFar): {
  readonly isLast: boolean;
  readonly nextFrom: number | undefined;
} {
  const { now } = sends;
  const flowNumber = [now, ...sends.flowNumber];
  const refusal = budgetRefusal(
    {
      ...sends,
      now: now + RESEND_COOLDOWN_MS,
      flowNumber,
      number: [now, ...sends.number],
      manager: [now, ...sends.manager],
      strangers: [now, ...sends.strangers],
      ownUnproven: [now, ...sends.ownUnproven],
    },
    Infinity,
  );
  return { isLast: flowNumber.length >= MAX_SENDS_PER_FLOW_NUMBER, nextFrom: refusal?.until };
}

/** Whether a reminder may go out as a text: it leaves the last fifth of the day's ceiling to codes. */
export function mayRemind(total: number, perDay: number): boolean {
  return total < Math.floor(perDay * UNPROVEN_SHARE);
}

/**
 * When one more message may go to the number. Before it is enrolled the manager's own messages count
 * twice, so that one alone cannot use up what its owner needs, though their own entry, which they may
 * write themselves, names it.
 */
function numberBudgetEnd({ number, isEnrolled, isInOwnEntry, ownUnproven }: SendsSoFar): number {
  if (isEnrolled) return budgetEnd(number, MAX_SENDS_PER_NUMBER_DAY, DAY_MS);
  const counted = [...number, ...ownUnproven].sort((a, b) => b - a);
  const kept = isInOwnEntry ? 0 : KEPT_FOR_OWNER_PER_DAY;
  return budgetEnd(counted, MAX_SENDS_PER_NUMBER_DAY - kept, DAY_MS);
}

/** When one more of `most` messages within `ms` may go out: once the oldest that counts is past. */
function budgetEnd(timesNewestFirst: readonly number[], most: number, ms: number): number {
  const oldest = timesNewestFirst[most - 1];
  return oldest === undefined ? 0 : oldest + ms;
}

/** Shares of the day's ceiling, in per cent, at which an operator is told. */
export const BUDGET_MARKS = [100, 80, 50] as const;

export type BudgetMark = (typeof BUDGET_MARKS)[number];

/** The highest share of the day's ceiling, in per cent, that `total` messages have reached. */
export function budgetAlarm(total: number, perDay: number): BudgetMark | undefined {
  return BUDGET_MARKS.find((mark) => total >= Math.ceil((perDay * mark) / 100));
}
