/**
 * Whether that many ms have passed since a time, both epoch ms. True where that time lies ahead: the clock
 * was set back, and waiting for it to catch up could take hours.
 */
export function hasElapsed(ms: number, since: number, now: number): boolean {
  return now < since || now - since >= ms;
}
