import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts';
import type { ManagerKey } from '../parties.ts';

/** How long a manager may take to pick the number, ms. */
export const PICK_MS = 2 * MINUTE_MS;
/** How long a confirmation holds, ms. */
const CONFIRMED_MS = 15 * MINUTE_MS;
/** How long a vouched manager may begin the enrollment, ms. */
const VOUCHED_MS = 15 * MINUTE_MS;
/**
 * How far back questions are read, ms: agents lift lockouts of an account on the strength of one question in
 * that time, so that two lifts lie a day apart or more.
 */
export const QUESTIONS_LOOKBACK_MS = DAY_MS + PICK_MS + CONFIRMED_MS;
/** Questions to one manager within an hour, by all agents together. */
const ASKED_AN_HOUR = 5;
/** Questions that did not reach the manager within this time, ms, after which none is tried: each leaves rows. */
const UNREACHED_AT_MOST = 5;
const UNREACHED_WITHIN_MS = 10 * MINUTE_MS;

type Denial = 'wrongNumber' | 'denied';

/** The states of a question to a manager whether it is they who call; times epoch ms. */
export type CallerState =
  /** `numbers` as the manager's card shows them, in this order; `right` is the agent's. */
  | {
      readonly step: 'waiting';
      readonly numbers: readonly number[];
      readonly right: number;
      readonly expiresAt: number;
    }
  | { readonly step: 'notReached' }
  | { readonly step: 'confirmed'; readonly until: number }
  /** The agent has vouched: until `vouchedUntil` the manager's enrollment asks for no password. */
  | { readonly step: 'vouched'; readonly until: number; readonly vouchedUntil: number }
  | { readonly step: 'denied'; readonly reason: Denial }
  | { readonly step: 'expired' };

export type CallerEvent =
  | { readonly type: 'notReached' }
  | { readonly type: 'picked'; readonly number: number | undefined }
  | { readonly type: 'denied' }
  | { readonly type: 'timePassed' }
  | { readonly type: 'vouched' }
  /** The number is enrolled, or was revoked. */
  | { readonly type: 'vouchEnded' }
  /** The manager denies a later question: what came of this one counts no more. */
  | { readonly type: 'withdrawn' };

/** One question of an agent to a manager. */
export interface CallerCheck {
  readonly id: string;
  readonly agent: ManagerKey;
  /** The agent's directory entry and name when the question was put. */
  readonly agentEntry: string;
  readonly agentName: string;
  readonly manager: ManagerKey;
  readonly managerEntry: string;
  readonly accountId: string;
  readonly accountName: string;
  /** The agent's card that shows the answer. */
  readonly lookId: string;
  readonly askedAt: number;
  /** On its strength the agent has lifted the account's lockouts. */
  readonly hasLifted?: boolean | undefined;
  /** Counts the saves; the guard against lost updates. */
  readonly version: number;
  readonly state: CallerState;
}

/** The next state. Total: an event that does not fit the state changes nothing. */
export function stepCaller(state: CallerState, event: CallerEvent, now: number): CallerState {
  switch (event.type) {
    case 'notReached':
      return state.step === 'waiting' ? { step: 'notReached' } : state;
    case 'picked':
      if (state.step !== 'waiting') return state;
      if (now > state.expiresAt) return { step: 'expired' };
      return event.number === state.right
        ? { step: 'confirmed', until: now + CONFIRMED_MS }
        : { step: 'denied', reason: 'wrongNumber' };
    case 'denied':
      // Also in the moment after the two minutes, until the card says that they are over.
      return state.step === 'waiting' ? { step: 'denied', reason: 'denied' } : state;
    case 'timePassed':
      return state.step === 'waiting' && now > state.expiresAt ? { step: 'expired' } : state;
    case 'vouched':
      if (state.step !== 'confirmed' || now > state.until) return state;
      return { step: 'vouched', until: state.until, vouchedUntil: now + VOUCHED_MS };
    case 'vouchEnded':
      return state.step === 'vouched' ? { step: 'confirmed', until: state.until } : state;
    case 'withdrawn':
      return state.step === 'confirmed' || state.step === 'vouched' ? { step: 'expired' } : state;
  }
}

/** Until when the manager is confirmed; undefined where they are not. */
export function confirmedUntil(state: CallerState, now: number): number | undefined {
  const isConfirmed = state.step === 'confirmed' || state.step === 'vouched';
  return isConfirmed && now <= state.until ? state.until : undefined;
}

/** Until when an enrollment may begin without the password; undefined where it may not. */
export function vouchedUntil(state: CallerState, now: number): number | undefined {
  return state.step === 'vouched' && now <= state.vouchedUntil ? state.vouchedUntil : undefined;
}

/** Whether the agent vouched, and did so after `since`. */
export function isVouchedAfter(state: CallerState, since: number): boolean {
  return state.step === 'vouched' && state.vouchedUntil - VOUCHED_MS > since;
}

/**
 * Questions to one manager, newest first, as they count: a denial withdraws what came of those before, also
 * where the row of one was put back.
 */
export function withDenials(checks: readonly CallerCheck[], now: number): readonly CallerCheck[] {
  const denied = checks.findIndex(({ state }) => state.step === 'denied');
  if (denied < 0) return checks;
  return checks.map((check, place) =>
    place > denied
      ? { ...check, state: stepCaller(check.state, { type: 'withdrawn' }, now) }
      : check,
  );
}

/** Whether agents may lift no lockout of the account for now, by all its questions of the lookback. */
export function isLiftSpent(checks: readonly Pick<CallerCheck, 'hasLifted'>[]): boolean {
  return checks.some(({ hasLifted }) => hasLifted === true);
}

/** When the manager can next be asked, by the questions of the last hour; undefined: now. */
export function busyUntil(
  checks: readonly Pick<CallerCheck, 'askedAt' | 'state'>[],
  now: number,
): number | undefined {
  const asked = checks
    .filter(({ askedAt, state }) => state.step !== 'notReached' && now - askedAt < HOUR_MS)
    .sort((a, b) => b.askedAt - a.askedAt);
  const waiting = asked.flatMap(({ state }) =>
    state.step === 'waiting' && now <= state.expiresAt ? state.expiresAt : [],
  );
  const first = asked[ASKED_AN_HOUR - 1];
  const ends = [...waiting, ...(first === undefined ? [] : [first.askedAt + HOUR_MS])];
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/**
 * Whether so many questions failed to reach the manager lately that no further one is tried; `checks` are those of
 * the last hour.
 */
export function isOutOfReach(
  checks: readonly Pick<CallerCheck, 'askedAt' | 'state'>[],
  now: number,
): boolean {
  const unreached = checks.filter(
    ({ askedAt, state }) => state.step === 'notReached' && now - askedAt < UNREACHED_WITHIN_MS,
  );
  return unreached.length >= UNREACHED_AT_MOST;
}

/** Three two-digit numbers that no ear takes for one another: all tens differ, and all units. */
export function drawNumbers(below: (max: number) => number): readonly number[] {
  const [tens, units] = [
    drawThree([2, 3, 4, 5, 6, 7, 8, 9]),
    drawThree([1, 2, 3, 4, 5, 6, 7, 8, 9]),
  ];
  return tens.map((ten, index) => ten * 10 + (units[index] ?? 0));

  function drawThree(digits: readonly number[]): number[] {
    const left = [...digits];
    return [0, 1, 2].flatMap(() => left.splice(below(left.length), 1));
  }
}
