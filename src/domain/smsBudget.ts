const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Requirement R1. All sums count code messages that were reserved and not refused. */
export const RESEND_COOLDOWN_MS = 60 * SECOND_MS;
export const MAX_SENDS_PER_FLOW_NUMBER = 3;
export const MAX_SENDS_PER_NUMBER_10_MIN = 5;
export const MAX_SENDS_PER_NUMBER_DAY = 10;
export const MAX_SENDS_PER_MANAGER_HOUR = 10;

/** How far back the sends of a number, a manager and all together must be read, ms. */
export const SENDS_LOOKBACK_MS = { number: DAY_MS, manager: HOUR_MS, total: DAY_MS } as const;

/** What was sent so far: epoch ms, newest first; `total` over all accounts in 24 h. */
export interface SendsSoFar {
  readonly now: number;
  readonly flowNumber: readonly number[];
  readonly number: readonly number[];
  readonly manager: readonly number[];
  readonly total: number;
}

/** Why one more code message may not go out now; undefined where it may. */
export function budgetRefusal(
  sends: SendsSoFar,
  perDay: number,
): 'tooManyCodes' | 'smsUnavailable' | undefined {
  const within = (times: readonly number[], ms: number): number =>
    times.filter((time) => sends.now - time < ms).length;

  const isTooMany =
    within(sends.flowNumber, RESEND_COOLDOWN_MS) > 0 ||
    sends.flowNumber.length >= MAX_SENDS_PER_FLOW_NUMBER ||
    within(sends.number, 10 * MINUTE_MS) >= MAX_SENDS_PER_NUMBER_10_MIN ||
    within(sends.number, DAY_MS) >= MAX_SENDS_PER_NUMBER_DAY ||
    within(sends.manager, HOUR_MS) >= MAX_SENDS_PER_MANAGER_HOUR;
  if (isTooMany) return 'tooManyCodes';
  return sends.total >= perDay ? 'smsUnavailable' : undefined;
}

/** The share of the day's ceiling, in per cent, that is reached just with the `total`th message. */
export function budgetAlarm(total: number, perDay: number): 50 | 80 | 100 | undefined {
  return ([100, 80, 50] as const).find((mark) => total === Math.ceil((perDay * mark) / 100));
}
