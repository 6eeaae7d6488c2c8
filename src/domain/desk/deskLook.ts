import { HOUR_MS } from '../durations.ts';
import type { ManagerKey } from '../parties.ts';

/** How long an opened account counts as looked at; a later tap is a look-up of its own, ms. */
const LOOK_MS = HOUR_MS;
/** Look-ups of one agent within an hour. */
const LOOKUPS_AN_HOUR = 60;
/** How far back look-ups are counted, ms. */
export const LOOKUPS_LOOKBACK_MS = HOUR_MS;

/** An account on an agent's card. */
export interface DeskLook {
  readonly id: string;
  readonly agent: ManagerKey;
  readonly accountId: string;
  readonly accountName: string;
  /** Absent for an account that was found and not opened yet. */
  readonly openedAt?: number | undefined;
  /** The card's managers by their place on it, from 1: an entry's id, or a manager's key as one word. */
  readonly managers: readonly string[];
  /** Counts the agent's acts; a button of an earlier draw does nothing. */
  readonly draw: number;
  /** Counts the saves; the guard against lost updates. */
  readonly version: number;
  /** The Teams message that shows the card. */
  readonly messageId?: string | undefined;
}

export function isOpened({ openedAt }: DeskLook, now: number): boolean {
  return openedAt !== undefined && now - openedAt < LOOK_MS;
}

/** When the agent can next look something up; undefined: now. */
export function lookUpsSpentUntil(timesNewestFirst: readonly number[]): number | undefined {
  const first = timesNewestFirst[LOOKUPS_AN_HOUR - 1];
  return first === undefined ? undefined : first + LOOKUPS_LOOKBACK_MS;
}
