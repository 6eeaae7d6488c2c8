import { HOUR_MS } from '../../domain/durations.ts';
import type { Log } from '../../ports/log.ts';

/** How far back revokes and vouches are counted, ms. */
export const ACTS_LOOKBACK_MS = HOUR_MS;

/** How often something happened within the last hour. */
export interface ActsOfAnHour {
  readonly revokes: number;
  readonly vouches: number;
}

/**
 * More than a service desk does in an hour: an attacker may be taking numbers away, or vouching, in order to
 * put in their own.
 */
const MANY: ActsOfAnHour = { revokes: 5, vouches: 6 };

/** Tells operators of many such acts within an hour, once an hour; gets their numbers now and then. */
export function createActsAlarm(log: Log): (acts: ActsOfAnHour) => void {
  const toldAt = new Map<string, number>();
  function isMany(act: keyof ActsOfAnHour, count: number): boolean {
    const told = toldAt.get(act);
    const isQuiet = told !== undefined && performance.now() - told < HOUR_MS;
    if (count < MANY[act] || isQuiet) return false;
    toldAt.set(act, performance.now());
    return true;
  }
  return ({ revokes, vouches }) => {
    if (isMany('revokes', revokes)) {
      log.error({ alarm: 'manyRevokes', revokes }, 'many numbers were revoked within an hour');
    }
    if (isMany('vouches', vouches)) {
      const fields = { alarm: 'manyVouches', vouches };
      log.error(fields, 'the service desk vouched for many within an hour');
    }
  };
}
