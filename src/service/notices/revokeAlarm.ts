import { HOUR_MS } from '../../domain/durations.ts';
import type { Log } from '../../ports/log.ts';

/**
 * More than a service desk does in an hour: an attacker may be taking numbers away in order to put in their
 * own.
 */
const MANY_REVOKES = 5;

/** How far back revokes are counted, ms. */
export const REVOKES_LOOKBACK_MS = HOUR_MS;

/** Tells operators of many revokes within an hour, once an hour; gets their number now and then. */
export function createRevokeAlarm(log: Log): (revokes: number) => void {
  let toldAt: number | undefined;
  return (revokes) => {
    const isQuiet = toldAt !== undefined && performance.now() - toldAt < HOUR_MS;
    if (revokes < MANY_REVOKES || isQuiet) return;
    toldAt = performance.now();
    log.error({ alarm: 'manyRevokes', revokes }, 'many numbers were revoked within an hour');
  };
}
