/** No time and no count of the bot's comes near; arithmetic with it stays exact, and it is still a date. */
const FURTHEST = 2 ** 52;

/**
 * A stored integer as a number. One further away than any of the bot's was written without the keys: read
 * as the furthest, it keeps no list from being worked off.
 */
export function storedInteger(value: bigint | number | string): number {
  return Math.max(-FURTHEST, Math.min(FURTHEST, Number(value)));
}
