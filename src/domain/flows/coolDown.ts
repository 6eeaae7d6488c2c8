import { DAY_MS } from '../durations.ts';

/** How long the next enrolled number waits after a revoke, where nothing else is configured. */
export const USUAL_COOL_DOWN_SECONDS = 86_400;

/**
 * After this long a revoke delays no enrollment, ms: an attacker who came by a phone or a chat then has
 * been found.
 */
const REVOKE_FELT_MS = 90 * DAY_MS;

/** When a number that is enrolled `now` can first be used for a reset, after a revoke (requirement A14). */
export function firstUse(
  revokedAt: number | undefined,
  coolDownSeconds: number,
  now: number,
): number {
  const isFelt = revokedAt !== undefined && now - revokedAt < REVOKE_FELT_MS;
  return isFelt ? now + coolDownSeconds * 1_000 : now;
}
